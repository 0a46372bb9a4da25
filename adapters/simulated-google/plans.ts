import type { GenerateContentResponse, Part } from '../../core/canonical.ts'
import type {
  BehaviourKind,
  BehaviourOf,
  ErrorBehaviours,
  FailurePoint,
  GenerationBehaviours,
} from './behaviours.ts'
import type { ErrorAnswer, ErrorContext } from './error-answer.ts'
import { errorOf } from './errors.ts'
import { type ChunkMaker, SIGNATURE, splitText } from './replies.ts'

/** One step of an answer. After `reset` and `hang` nothing comes; the end of the list is a clean end. */
export type Step =
  | { readonly step: 'wait'; readonly milliseconds: number }
  | { readonly step: 'headers' }
  | { readonly step: 'chunk'; readonly chunk: GenerateContentResponse }
  | { readonly step: 'error'; readonly error: ErrorAnswer }
  | { readonly step: 'reset' }
  | { readonly step: 'hang' }

/** The behaviours that a plan is made for; recordings are replayed as they are. */
export type PlannedKind = Exclude<keyof GenerationBehaviours, 'recorded'> | 'reset'

/** What a generation does, step by step, for a stream and a whole answer alike. */
export function planOf(
  behaviour: BehaviourOf<PlannedKind>,
  maker: ChunkMaker,
  context: ErrorContext,
): readonly Step[] {
  return PLANS[behaviour.kind](maker, behaviour as never, context)
}

/** True for the kinds above. */
export function isPlanned(kind: BehaviourKind): kind is PlannedKind {
  return Object.hasOwn(PLANS, kind)
}

const STOP = { finishReason: 'STOP' }

const PLANS: {
  readonly [Kind in PlannedKind]: (
    maker: ChunkMaker,
    behaviour: BehaviourOf<Kind>,
    context: ErrorContext,
  ) => readonly Step[]
} = {
  ok: (maker) => [...thoughts(maker), ...says(maker, maker.text)],
  text: (maker, { text = maker.text, chunks = splitText(text) }) => [
    ...thoughts(maker),
    ...texts(maker, chunks, STOP),
  ],
  slow: (maker, { headersMilliseconds = 0, chunkMilliseconds = 0, text = maker.text }) => [
    wait(headersMilliseconds),
    ...[...thoughts(maker), ...says(maker, text)].flatMap((step, index) =>
      index === 0 ? [step] : [wait(chunkMilliseconds), step],
    ),
  ],
  think: (maker, { milliseconds, thoughts: count = 0, headers = false, text = maker.text }) => [
    ...(headers ? begins(maker, 'headers') : []),
    ...thinks(maker, milliseconds, count),
    ...says(maker, text),
  ],
  hangAfterHeaders: () => [{ step: 'headers' }, { step: 'hang' }],
  hangAfterContent: (maker) => [...begins(maker, 'content'), { step: 'hang' }],
  reset: (maker, { after }) => [...(after ? begins(maker, after) : []), { step: 'reset' }],
  cut: (maker, { after = 'content' }) => begins(maker, after),
  streamError: (maker, { after = 'content', error = 'overloaded503' }, context) => [
    ...begins(maker, after),
    { step: 'error', error: errorOf({ kind: error } as BehaviourOf<keyof ErrorBehaviours>, context) },
  ],
  empty: (maker) => [chunk(maker, [], STOP)],
  thoughtsOnly: (maker) => [chunk(maker, [THOUGHT]), chunk(maker, [], STOP)],
  malformedFunctionCall: (maker) => [
    chunk(maker, [], {
      finishReason: 'MALFORMED_FUNCTION_CALL',
      finishMessage: "Malformed function call: print(default_api.weather(city='Paris'",
    }),
  ],
  promptBlocked: (maker, { reason = 'SAFETY' }) => {
    const { candidates: _, ...reply } = maker.next([])
    return [{ step: 'chunk', chunk: { promptFeedback: { blockReason: reason }, ...reply } }]
  },
  safety: (maker, { text = 'This begins well but' }) => [
    ...texts(maker, [text]),
    chunk(maker, [], { finishReason: 'SAFETY', safetyRatings: RATINGS }),
  ],
  maxTokens: (maker) => {
    const { usageMetadata, ...reply } = maker.next([], { finishReason: 'MAX_TOKENS' })
    const total = (usageMetadata?.totalTokenCount ?? 0) + 64
    return [
      {
        step: 'chunk',
        chunk: {
          ...reply,
          usageMetadata: { ...usageMetadata, totalTokenCount: total, thoughtsTokenCount: 64 },
        },
      },
    ]
  },
  finish: (maker, { reason, text, fields }) => [
    ...(text === undefined ? [] : texts(maker, splitText(text))),
    chunk(maker, [], { finishReason: reason, ...fields }),
  ],
  leadingStop: (maker, { text = maker.text }) => [chunk(maker, [], STOP), ...says(maker, text)],
  functionCall: (maker, { calls = [{ name: 'weather', args: { city: 'Paris' } }], text }) => [
    ...thoughts(maker),
    ...(text === undefined ? [] : texts(maker, [text])),
    chunk(maker, calls.map(toCallPart)),
    chunk(maker, [{ text: '' }], { ...STOP, finishMessage: 'Model generated function call(s).' }),
  ],
  image: (maker, { bytes = 1024, mimeType = 'image/png', text }) => [
    ...(text === undefined ? [] : texts(maker, [text])),
    chunk(maker, [{ inlineData: { mimeType, data: Buffer.alloc(bytes, 7).toString('base64') } }]),
    chunk(maker, [], STOP),
  ],
  chunks: (_, { chunks }) => chunks.map((item) => ({ step: 'chunk', chunk: item })),
}

const THOUGHT: Part = { text: '**Wondering**\n\nI wonder what to say.\n\n\n', thought: true }

const RATINGS = [
  { category: 'HARM_CATEGORY_HATE_SPEECH', probability: 'NEGLIGIBLE' },
  { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true },
]

function begins(maker: ChunkMaker, point: FailurePoint): Step[] {
  const headers: Step = { step: 'headers' }
  if (point === 'headers') return [headers]
  return [headers, chunk(maker, point === 'thoughts' ? [THOUGHT] : [{ text: 'Hello! You' }])]
}

function says(maker: ChunkMaker, text: string): Step[] {
  return texts(maker, splitText(text), STOP)
}

function texts(maker: ChunkMaker, pieces: readonly string[], ending?: { finishReason: string }): Step[] {
  return pieces.map((text, index) =>
    chunk(maker, [{ text }], index === pieces.length - 1 ? ending : undefined),
  )
}

function thoughts(maker: ChunkMaker): Step[] {
  return maker.thoughts.map((text) => chunk(maker, [{ text, thought: true }]))
}

function thinks(maker: ChunkMaker, milliseconds: number, count: number): Step[] {
  if (count === 0) return [wait(milliseconds)]
  return Array.from({ length: count }, () => [chunk(maker, [THOUGHT]), wait(milliseconds / count)]).flat()
}

function toCallPart(
  call: { name: string; args?: Record<string, unknown>; id?: string },
  index: number,
): Part {
  const { name, args = {}, id } = call
  const part = { functionCall: { ...(id === undefined ? {} : { id }), name, args } }
  return index === 0 ? { ...part, thoughtSignature: SIGNATURE } : part
}

function chunk(maker: ChunkMaker, parts: readonly Part[], ending?: Record<string, unknown>): Step {
  return { step: 'chunk', chunk: maker.next(parts, ending) }
}

function wait(milliseconds: number): Step {
  return { step: 'wait', milliseconds }
}
