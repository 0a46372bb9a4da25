import { SAID, STREAM, WHOLE } from './answers.ts'

/** One kind of call that the bench measures. */
export interface Shape {
  readonly name: string
  readonly path: string
  readonly body: string
  readonly streams: boolean
  /** The bare relay knows Google's protocol only; what Geminate converts is compared with this shape's relay. */
  readonly comparedWith: string
  /** What is wrong with an answer's body; undefined for a good one. */
  flawOf(body: string): string | undefined
}

const MODEL = 'gemini-3.8-flash'
const QUESTION = 'Say a few words, and then some more, about anything at all.'
const NATIVE = JSON.stringify({
  contents: [{ role: 'user', parts: [{ text: QUESTION }] }],
  generationConfig: { temperature: 0.7, maxOutputTokens: 2048 },
})
const openai = (stream: boolean) =>
  JSON.stringify({
    model: MODEL,
    messages: [{ role: 'user', content: QUESTION }],
    temperature: 0.7,
    max_tokens: 2048,
    stream,
  })

const NATIVE_WHOLE: Shape = {
  name: 'native, whole',
  path: `/v1beta/models/${MODEL}:generateContent`,
  body: NATIVE,
  streams: false,
  comparedWith: 'native, whole',
  flawOf: (body) => (body === WHOLE ? undefined : 'is not the upstream’s, byte for byte'),
}

const NATIVE_STREAM: Shape = {
  name: 'native, stream',
  path: `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`,
  body: NATIVE,
  streams: true,
  comparedWith: 'native, stream',
  flawOf: (body) => (body === STREAM ? undefined : 'is not the upstream’s, byte for byte'),
}

/** What every program under test serves. */
export const NATIVE_SHAPES = [NATIVE_WHOLE, NATIVE_STREAM] as const

/** What only Geminate serves. */
export const OPENAI_SHAPES: readonly Shape[] = [
  {
    name: 'OpenAI, whole',
    path: '/v1/chat/completions',
    body: openai(false),
    streams: false,
    comparedWith: NATIVE_WHOLE.name,
    flawOf: (body) => (contentOf(JSON.parse(body), 'message') === SAID ? undefined : 'lacks words'),
  },
  {
    name: 'OpenAI, stream',
    path: '/v1/chat/completions',
    body: openai(true),
    streams: true,
    comparedWith: NATIVE_STREAM.name,
    flawOf: flawOfOpenAiStream,
  },
]

function flawOfOpenAiStream(body: string): string | undefined {
  const events = body.split(/\r?\n\r?\n/).flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? [])
  if (events.at(-1) !== '[DONE]') return 'does not end with [DONE]'
  const said = events.slice(0, -1).map((event) => contentOf(JSON.parse(event), 'delta'))
  return said.join('') === SAID ? undefined : 'lacks words'
}

interface Choice {
  readonly message?: { readonly content?: string }
  readonly delta?: { readonly content?: string }
}

function contentOf({ choices }: { readonly choices?: readonly Choice[] }, member: keyof Choice): string {
  return choices?.[0]?.[member]?.content ?? ''
}
