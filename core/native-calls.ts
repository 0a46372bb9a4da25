import type { UsageMetadata } from './canonical.ts'
import type { Head } from './plugin.ts'

/** A client's request that a plugin answers by native calls. `model` is that of the first of them, and '' until then. */
export interface ComposedCall extends Head {
  /** The model that a name stands for; throws where the name is refused. */
  modelOf(name: string): string
  /** The request's body, decompressed. */
  readonly body: Uint8Array
  /** The body as JSON; throws `invalid_request` where it is none. */
  json(): unknown
  /** Aborted when the client has left. */
  readonly signal: AbortSignal
}

/** A whole answer to a client. */
export interface ComposedAnswer {
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly contentType: string
  readonly headers?: Readonly<Record<string, string>>
  /** What the client is told to have spent, for the log. */
  readonly usage?: UsageMetadata
  /** What had to be weakened or dropped of the client's request. */
  readonly notes?: readonly string[]
}

/** One whole (not streamed) call of a method on a model. */
export interface NativeCall {
  /** Google's method name: `generateContent`, `batchEmbedContents`, … */
  readonly operation: string
  /** Without `models/`. */
  readonly model: string
  /** The request, as Google takes it. */
  readonly request: object
}

/** What Google answered; a generation in it has content, or an end that is an answer in itself. */
export interface NativeReply {
  readonly json: Readonly<Record<string, unknown>>
  readonly usage: UsageMetadata | undefined
}
