import type { ToldTool } from './told-tools.ts'

/** What a request of the Responses API asked of its answer, beyond what the canonical form can say. */
export interface ResponseAsked {
  /** A response, or the short form of a conversation. */
  readonly form: 'response' | 'compaction'
  /** Only the first of several calls is passed on. */
  readonly oneCall: boolean
  /** Google's name of a function → how its calls are told. */
  readonly tools: ReadonlyMap<string, ToldTool>
  readonly include: Included
  /** Fields of the request that the response repeats. */
  readonly echo: Readonly<Record<string, unknown>>
  /** The conversation so far, for its short form. */
  readonly body: Readonly<Record<string, unknown>>
  /** Whether the answer is to be kept for `previous_response_id` and for later reading. */
  readonly store: boolean
  /** Takes the finished response where it is to be kept; the request hook puts it here. */
  readonly keep?: (response: Readonly<Record<string, unknown>>) => void
}

/** What the response is to hold beside its answer. */
export interface Included {
  /** Thought signatures in `reasoning.encrypted_content`. */
  readonly signatures: boolean
  readonly codeOutputs: boolean
  readonly searchSources: boolean
}

/** For a call whose request said nothing of the sort. */
export const NOTHING_ASKED: ResponseAsked = {
  form: 'response',
  oneCall: false,
  tools: new Map(),
  include: { signatures: false, codeOutputs: false, searchSources: false },
  echo: {},
  body: {},
  store: false,
}

/** What `decodeResponse` left with a call; undefined where another codec decoded it. */
export function responseAskedOf(call: { readonly asked?: unknown } | undefined): ResponseAsked | undefined {
  const asked = call?.asked as Partial<ResponseAsked> | undefined
  return asked?.form === 'response' || asked?.form === 'compaction' ? (asked as ResponseAsked) : undefined
}
