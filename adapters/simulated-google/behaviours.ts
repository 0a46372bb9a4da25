import type { RawAnswer } from './error-answer.ts'

/** What was sent before a failure strikes; `thoughts` is a thought and no content. */
export type FailurePoint = 'headers' | 'thoughts' | 'content'

/** How often a behaviour is used before the next one's turn comes; 1 where absent. `Infinity` and `forever` are the same. */
interface Repeated {
  readonly times?: number | 'forever'
}

/** Answers of the generation methods: what the model says, and how its answer travels or breaks. */
export interface GenerationBehaviours {
  /** What happens without a script. */
  ok: object
  /** This text; in these chunks, where given. */
  text: { readonly text?: string; readonly chunks?: readonly string[] }
  /** The usual answer with pauses before the headers and between chunks. */
  slow: { readonly headersMilliseconds?: number; readonly chunkMilliseconds?: number; readonly text?: string }
  /** Thinks before the first content: silently, or with this many thought chunks spread over the time. `headers` sends them first. */
  think: {
    readonly milliseconds: number
    readonly thoughts?: number
    readonly headers?: boolean
    readonly text?: string
  }
  /** Headers, then silence. */
  hangAfterHeaders: object
  /** Headers and some content, then silence. */
  hangAfterContent: object
  /** Ends cleanly, without a finish reason. */
  cut: { readonly after?: FailurePoint }
  /** An error inside an answer whose status is 200; a whole answer is refused with it instead. */
  streamError: { readonly after?: FailurePoint; readonly error?: keyof ErrorBehaviours }
  /** `STOP` without any part. */
  empty: object
  /** Thoughts, then `STOP`. */
  thoughtsOnly: object
  malformedFunctionCall: object
  /** No candidate, only `promptFeedback`; `SAFETY` where no reason is given. */
  promptBlocked: { readonly reason?: string }
  /** Content that is cut off by a `SAFETY` finish. */
  safety: { readonly text?: string }
  /** `MAX_TOKENS` with everything spent on thoughts: a candidate without parts. */
  maxTokens: object
  /** Any finish reason, after a text where one is given. */
  finish: { readonly reason: string; readonly text?: string; readonly fields?: Record<string, unknown> }
  /** A first chunk with no parts and `STOP`, and the real text after it. */
  leadingStop: { readonly text?: string }
  /** Function calls, the first one signed, as Gemini 3 does; `weather` in Paris where none are given. */
  functionCall: { readonly calls?: readonly FunctionCall[]; readonly text?: string }
  /** One picture of so many bytes (not a real one), after a text where one is given. */
  image: { readonly bytes?: number; readonly mimeType?: string; readonly text?: string }
  /** These very replies, one a chunk. */
  chunks: { readonly chunks: readonly Record<string, unknown>[] }
  /** A recorded answer of the real API, by name; needs the data folder. */
  recorded: { readonly name: string }
}

/** A call that the model makes. */
export interface FunctionCall {
  readonly name: string
  readonly args?: Record<string, unknown>
  readonly id?: string
}

/** What the connection or a server in front of Google's does. */
export interface WireBehaviours {
  /** No headers, ever. */
  hang: object
  /** The connection is cut; before the first byte where `after` is absent. */
  reset: { readonly after?: FailurePoint }
  /** An answer word for word. */
  raw: RawAnswer
  html502: object
  /** The page for a network that sends automated queries; 403 where no status is given. */
  htmlSorry: { readonly status?: number }
  /** Status 200 and a body that is no JSON. */
  notJson: object
}

interface QuotaOptions {
  /** When to try again, in the message to the nanosecond and in `RetryInfo` in whole seconds. */
  readonly retrySeconds?: number
  readonly limit?: number
  /** The words of `RetryInfo.retryDelay`, where they are to differ; `null` leaves `RetryInfo` out. */
  readonly retryDelay?: string | null
  /** Free where absent. */
  readonly tier?: 'free' | 'paid'
}

interface OfProject {
  /** The project number Google names; the key's own where absent. */
  readonly project?: string
}

/** Google's refusals. */
export interface ErrorBehaviours {
  keyInvalid: object
  keyNotFound: object
  keyExpired: object
  keyLeaked: object
  keySuspended: OfProject
  serviceDisabled: OfProject
  keyServiceBlocked: OfProject
  keyReferrerBlocked: OfProject
  keyAddressBlocked: OfProject
  projectDenied: object
  unauthenticated401: object
  credits402: object
  multipleCredentials: object
  unregisteredCallers: object
  fileNotPermitted: { readonly file?: string }
  perMinute429: QuotaOptions
  perDay429: QuotaOptions
  tokensPerMinute429: QuotaOptions
  /** Minute tokens, minute requests and day requests in one refusal. */
  severalViolations429: QuotaOptions
  /** This project has no such model. */
  limitZero429: QuotaOptions
  /** No details, no time. */
  bare429: object
  queriesPerMinute429: object
  /** The wording of 2023, that names the consumer. */
  legacy429: OfProject
  overloaded503: object
  highDemand503: object
  internal500: object
  deadline504: object
  region400: object
  freeTierRegion400: object
  modelNotFound404: object
  /** Closed to new users: this project may not use the model. */
  modelClosed404: object
  invalidArgument400: { readonly message?: string }
  tooLarge413: object
}

/** A scripted answer: its kind, its options, and how often. */
export type Behaviour = {
  [Kind in keyof AllBehaviours]: { readonly kind: Kind } & AllBehaviours[Kind] & Repeated
}[keyof AllBehaviours]

interface AllBehaviours extends GenerationBehaviours, WireBehaviours, ErrorBehaviours {}

export type BehaviourKind = keyof AllBehaviours

/** A behaviour of one kind, or of several. */
export type BehaviourOf<Kind extends BehaviourKind> = Extract<Behaviour, { kind: Kind }>

/**
 * Which calls use a behaviour up, where its script does not say so by a method of its own: every one,
 * those to a model (so that a look at the list of models leaves it alone), or those that generate.
 */
export const USED_BY = {
  ok: 'generation',
  text: 'generation',
  slow: 'generation',
  think: 'generation',
  hangAfterHeaders: 'generation',
  hangAfterContent: 'generation',
  cut: 'generation',
  streamError: 'generation',
  empty: 'generation',
  thoughtsOnly: 'generation',
  malformedFunctionCall: 'generation',
  promptBlocked: 'generation',
  safety: 'generation',
  maxTokens: 'generation',
  finish: 'generation',
  leadingStop: 'generation',
  functionCall: 'generation',
  image: 'generation',
  chunks: 'generation',
  recorded: 'generation',
  hang: 'model',
  reset: 'model',
  raw: 'model',
  html502: 'model',
  htmlSorry: 'every',
  notJson: 'model',
  keyInvalid: 'every',
  keyNotFound: 'every',
  keyExpired: 'every',
  keyLeaked: 'every',
  keySuspended: 'every',
  serviceDisabled: 'every',
  keyServiceBlocked: 'every',
  keyReferrerBlocked: 'every',
  keyAddressBlocked: 'every',
  projectDenied: 'every',
  unauthenticated401: 'every',
  credits402: 'model',
  multipleCredentials: 'every',
  unregisteredCallers: 'every',
  fileNotPermitted: 'model',
  perMinute429: 'model',
  perDay429: 'model',
  tokensPerMinute429: 'model',
  severalViolations429: 'model',
  limitZero429: 'model',
  bare429: 'model',
  queriesPerMinute429: 'model',
  legacy429: 'model',
  overloaded503: 'model',
  highDemand503: 'model',
  internal500: 'model',
  deadline504: 'model',
  region400: 'every',
  freeTierRegion400: 'every',
  modelNotFound404: 'model',
  modelClosed404: 'model',
  invalidArgument400: 'model',
  tooLarge413: 'model',
} as const satisfies Record<BehaviourKind, 'every' | 'model' | 'generation'>

/** True for the kinds of the table above; scripts that come over HTTP may hold anything. */
export function isBehaviourKind(kind: unknown): kind is BehaviourKind {
  return typeof kind === 'string' && Object.hasOwn(USED_BY, kind)
}
