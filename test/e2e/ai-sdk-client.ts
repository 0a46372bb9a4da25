import assert from 'node:assert/strict'
import {
  APICallError,
  generateText,
  isStepCount,
  jsonSchema,
  type LanguageModel,
  type ModelMessage,
  streamText,
  tool,
} from 'ai'
import type { Scene } from './scene.ts'
import { contentsSent, rolesOf, type SentContent } from './sent-contents.ts'

/** How the AI SDK may ask. */
export type AiSdkForm = 'whole' | 'stream'
/** Both. */
export const AI_SDK_FORMS: readonly AiSdkForm[] = ['whole', 'stream']

/** A tool that is run here, as the SDK's users have them. */
export const weather = tool({
  description: 'Tells the weather',
  inputSchema: jsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  }),
  execute: async ({ city }) => ({ city, degrees: city.length }),
})

/** What is asked beside the model. */
export type AiSdkParams = Omit<Parameters<typeof generateText>[0], 'model' | 'prompt' | 'messages'> & {
  readonly messages: ModelMessage[]
}

/** Asks by the SDK and tells what came of it; a stream's errors are thrown. */
export async function askByAiSdk(model: LanguageModel, form: AiSdkForm, params: AiSdkParams) {
  const all = { model, maxRetries: 0, ...params } as Parameters<typeof generateText>[0]
  if (form === 'whole') {
    const { text, steps, responseMessages } = await generateText(all)
    return { text, steps, messages: responseMessages }
  }
  const errors: unknown[] = []
  const onError = ({ error }: { error: unknown }) => void errors.push(error)
  const result = streamText({ ...all, onError } as Parameters<typeof streamText>[0])
  await result.consumeStream()
  if (errors.length > 0) throw errors[0]
  return { text: await result.text, steps: await result.steps, messages: await result.responseMessages }
}

/** The status that the SDK's error has; undefined where it is none of an HTTP answer. */
export function statusOf(error: unknown): number | undefined {
  return APICallError.isInstance(error) ? error.statusCode : undefined
}

/** Two calls at once, one more, an answer, and a second turn; Google must have seen all of it at the end. */
export async function roundTripByAiSdk(
  scene: Scene,
  model: LanguageModel,
  form: AiSdkForm,
  options: Omit<AiSdkParams, 'messages' | 'tools'> = {},
): Promise<void> {
  const calls = ['Oslo', 'Rome'].map((city) => ({ name: 'weather', args: { city } }))
  scene.google.script('*', [
    { kind: 'functionCall', calls, text: 'Let me see.' },
    { kind: 'functionCall', calls: [{ name: 'weather', args: { city: 'Bergen' } }] },
    { kind: 'text', text: 'It is fine.' },
    { kind: 'text', text: 'Goodbye.' },
  ])
  const messages: ModelMessage[] = [{ role: 'user', content: 'Weather?' }]
  const params = { tools: { weather }, ...options }
  const first = await askByAiSdk(model, form, { messages, stopWhen: isStepCount(5), ...params })
  assert.equal(first.text, 'It is fine.')
  assert.equal(first.steps.length, 3)
  messages.push(...first.messages, { role: 'user', content: 'Thank you' })
  const second = await askByAiSdk(model, form, { messages, ...params })
  assert.equal(second.text, 'Goodbye.')
  assertRoundTrip(contentsSent(scene))
}

function assertRoundTrip(contents: readonly SentContent[]): void {
  assert.equal(rolesOf(contents), 'user model user model user model user')
  const [, made, answered, again] = contents.map(({ parts }) => parts)
  const [first, second] = made?.filter(({ functionCall }) => functionCall) ?? []
  assert.ok((first?.thoughtSignature?.length ?? 0) > 30, 'Google’s own signature came back')
  assert.equal(second?.thoughtSignature, undefined)
  assert.ok((again?.find(({ functionCall }) => functionCall)?.thoughtSignature?.length ?? 0) > 30)
  assert.ok(made?.some(({ text }) => text === 'Let me see.'))
  assert.deepEqual(
    answered?.map(({ functionResponse }) => degreesIn(functionResponse?.response)),
    [
      { city: 'Oslo', degrees: 4 },
      { city: 'Rome', degrees: 4 },
    ],
  )
}

/** Google's provider wraps what a tool gives. */
function degreesIn(response: unknown): unknown {
  const { content, ...rest } = response as { content?: unknown }
  return content === undefined ? rest : typeof content === 'string' ? JSON.parse(content) : content
}
