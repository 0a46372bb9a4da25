import { setTimeout as pause } from 'node:timers/promises'
import { headersOf, sendJson } from './delivery.ts'
import { toPrettyJson } from './json-text.ts'
import { refuseReferences } from './references.ts'
import { newId } from './shelf.ts'
import { bodyOf, type Visit } from './visit.ts'

/** Answers the Interactions API, whose errors have codes of text. */
export function answerInteraction(visit: Visit, [, id, action]: readonly string[]): unknown {
  const { google, call, context, exchange, query } = visit
  if (id === undefined)
    return call.method === 'POST' ? create(visit) : refuseInWords(visit, 404, 'not_found', NOT_FOUND)
  const name = `interactions/${id}`
  const resource = google.shelf.find(context.project, name)
  if (!resource) return refuseInWords(visit, 404, 'not_found', NOT_FOUND)
  if (call.method === 'DELETE') {
    google.shelf.remove(context.project, name)
    return sendJson(exchange, {})
  }
  if (action === 'cancel') return sendJson(exchange, { ...resource.value, status: 'cancelled' })
  if (query.get('stream') === 'true') return stream(visit, resource.value, query.get('last_event_id') ?? '')
  return sendJson(exchange, resource.value)
}

const NOT_FOUND = 'The requested interaction was not found.'

function create(visit: Visit): unknown {
  const { google, context, exchange } = visit
  const body = bodyOf(visit)
  const previous = body.previous_interaction_id
  if (previous !== undefined && !google.shelf.find(context.project, `interactions/${previous}`))
    return refuseInWords(visit, 404, 'not_found', NOT_FOUND)
  const refused = refuseReferences(visit)
  if (refused) return refuseInWords(visit, refused.code, 'permission_denied', refused.message)
  if (body.model === undefined && body.agent === undefined)
    return refuseInWords(visit, 400, 'invalid_request', 'One of model or agent is required.')
  const model = String(body.model ?? '').replace(/^models\//, '')
  const error = google.quota.spend({
    project: context.project,
    model,
    requests: 1,
    tokens: 0,
    counted: 'requests',
  })
  if (error && body.stream === true) return refuseInStream(visit, 'rate_limit_exceeded', error.message)
  if (error) return refuseInWords(visit, 429, 'rate_limit_exceeded', error.message)
  const id = `v1_${newId()}`
  const text = `You said: ${typeof body.input === 'string' ? body.input : JSON.stringify(body.input)}`
  const value = {
    id,
    object: 'interaction',
    model: body.model,
    status: 'completed',
    steps: [{ type: 'model_output', content: [{ type: 'text', text }] }],
    usage: { total_input_tokens: 5, total_output_tokens: 7, total_tokens: 12 },
    created: new Date(google.now()).toISOString(),
    updated: new Date(google.now()).toISOString(),
  }
  google.shelf.put({ name: `interactions/${id}`, project: context.project, value })
  return body.stream === true ? stream(visit, value, '') : sendJson(exchange, value)
}

/** Every event of an interaction after one of them. */
async function stream({ exchange }: Visit, value: Record<string, unknown>, after: string): Promise<void> {
  const events = [
    { event_type: 'interaction.created', interaction: { ...value, status: 'in_progress', steps: [] } },
    { event_type: 'step.start', index: 0, step: { type: 'model_output' } },
    { event_type: 'step.delta', index: 0, delta: { type: 'text', text: 'You said' } },
    { event_type: 'step.stop', index: 0 },
    { event_type: 'interaction.completed', interaction: value },
  ].map((event, index) => ({ ...event, event_id: `e${index}` }))
  const start = events.findIndex(({ event_id }) => event_id === after) + 1
  exchange.head(200, headersOf('sse'))
  for (const event of events.slice(start)) {
    await exchange.write(`event: ${event.event_type}\ndata: ${JSON.stringify(event)}\n\n`)
    await pause(2)
  }
  exchange.end()
}

function refuseInWords({ exchange }: Visit, status: number, code: string, message: string): void {
  exchange.head(status, { 'content-type': 'application/json; charset=UTF-8' })
  exchange.end(toPrettyJson({ error: { code, message } }))
}

/** Headers are out by then, so only an event can tell. */
function refuseInStream({ exchange }: Visit, code: string, message: string): void {
  exchange.head(200, headersOf('sse'))
  exchange.end(`event: error\ndata: ${JSON.stringify({ event_type: 'error', error: { code, message } })}\n\n`)
}
