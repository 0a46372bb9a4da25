import type { Call } from './plugin.ts'

/**
 * Gets what a public address holds, whole: a guard refuses all others, those it is redirected to included, and
 * limits time and size (`media` in the settings). Neither a client's nor a key's credential goes along. Any status
 * is an answer; rejects with a FetchError where there is none, and with the GatewayError of a client that left or
 * of a gateway that holds too much.
 */
export type GuardedFetch = (url: string, request?: FetchRequest) => Promise<Response>

export interface FetchRequest {
  /** `GET` where absent; only `GET` and `HEAD` follow redirects. */
  readonly method?: string
  /** They stay behind where another origin is redirected to. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** The client's call it is for: ends with it, and what came counts to what that call holds in memory. */
  readonly call?: Pick<Call, 'signal'>
}

/** Why nothing was got. */
export type FetchProblem =
  /** The guard does not let a request go there. */
  | 'refused'
  | 'unreachable'
  | 'too_large'
  | 'too_slow'
  | 'too_many_redirects'
  /** It broke off, or its encoding is not what it says. */
  | 'broken'

/** Why an address gave nothing, as a clause that a client may see: it tells nothing of the network inside. */
export class FetchError extends Error {
  readonly problem: FetchProblem

  constructor(problem: FetchProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'FetchError'
    this.problem = problem
  }
}
