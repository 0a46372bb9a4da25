import { deliverEvents, sendJson } from './delivery.ts'
import { googleError } from './error-answer.ts'
import { createChunkMaker, splitText } from './replies.ts'
import { refuseVisit, type Visit } from './visit.ts'
import { fieldOf, isRecord, listOf } from './wire-fields.ts'

/** Google's own OpenAI layer, as far as it takes to see a call through it: `models` and `chat/completions`. */
export async function answerOpenAi(visit: Visit): Promise<void> {
  const { google, call, exchange } = visit
  if (call.operation === 'openai/models') {
    const data = [...google.models.values()].map(({ name }) => ({
      id: name,
      object: 'model',
      owned_by: 'google',
    }))
    return sendJson(exchange, { object: 'list', data })
  }
  if (call.operation === 'openai/chat/completions') return complete(visit)
  refuseVisit(visit, googleError('NOT_FOUND', 'Requested entity was not found.'))
}

async function complete(visit: Visit): Promise<void> {
  const { google, call, exchange } = visit
  const model = google.models.get(call.model)
  if (!model) {
    const message = `models/${call.model} is not found for API version v1main, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`
    return refuseVisit(visit, googleError('NOT_FOUND', message))
  }
  const body: unknown = JSON.parse(call.body.toString())
  const last = listOf(fieldOf(body, 'messages')).at(-1)
  const request = { contents: [{ parts: [{ text: String(fieldOf(last, 'content')) }] }] }
  const { text } = createChunkMaker({ request, model, number: 0 })
  const shared = {
    id: `chatcmpl-${google.next()}`,
    created: Math.floor(google.now() / 1000),
    model: call.model,
  }
  if (!isRecord(body) || body.stream !== true) return sendJson(exchange, completionOf(text, shared))
  await deliverEvents(exchange, [...chunksOf(text, shared), '[DONE]'])
}

function completionOf(text: string, shared: Record<string, unknown>): Record<string, unknown> {
  const message = { role: 'assistant', content: text }
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  return {
    choices: [{ finish_reason: 'stop', index: 0, message }],
    ...shared,
    object: 'chat.completion',
    usage,
  }
}

function chunksOf(text: string, shared: Record<string, unknown>): Record<string, unknown>[] {
  const pieces = splitText(text)
  return pieces.map((content, index) => ({
    choices: [
      {
        delta: { role: 'assistant', content },
        ...(index === pieces.length - 1 ? { finish_reason: 'stop' } : {}),
        index: 0,
      },
    ],
    ...shared,
    object: 'chat.completion.chunk',
  }))
}
