import type { Model } from './canonical.ts'
import type { GatewayError } from './errors.ts'
import type { UpstreamName } from './keys.ts'
import type { ComposedAnswer, ComposedCall, NativeCall, NativeReply } from './native-calls.ts'
import type { Call, Client, ProtocolRequest } from './plugin.ts'
import type { SocketHandler } from './sockets.ts'

/** What a plugin's routes may ask of the gateway. The request must be the one that the route was given. */
export interface Gateway {
  /** Answers a generation: decode, request hooks, key loop, reply or chunk hooks, encode. Never rejects. */
  answer(request: Request, target?: NativeTarget): Promise<Response>
  /**
   * Answers by a method of Google's that generates nothing, asked and answered in the client's own terms: what
   * `convert` makes of the JSON body goes through the key loop. Never rejects.
   */
  convert(
    request: Request,
    convert: (body: unknown, request: ProtocolRequest) => Conversion | Promise<Conversion>,
  ): Promise<Response>
  /** Sends a request of Google's native API through the key loop as bytes. Never rejects. */
  relay(request: Request, target: NativeTarget): Promise<Response>
  /** Who sent a request that a route was given. */
  clientOf(request: Request): Client
  /**
   * Answers a client's request with what a plugin makes of native calls of its own, all of which together are one
   * call to the log, to the `finished` hooks and to the answer's headers. What `run` throws becomes an error in the
   * caller's shape; the native calls still under way are then cancelled. Never rejects.
   */
  compose(
    request: Request,
    operation: string,
    run: (call: ComposedCall) => ComposedAnswer | Promise<ComposedAnswer>,
  ): Promise<Response>
  /**
   * Sends a native call of the plugin's own through the pool for the sake of a client's call (one that `compose`
   * or a hook was given): from key to key until one answers, and no longer than the client waits. No hook runs on
   * it. Rejects with the GatewayError that the client is to see.
   */
  call(call: Pick<Call, 'signal'>, native: NativeCall): Promise<NativeReply>
  /** An error in the caller's shape. */
  refuse(request: Request, error: GatewayError): Response
  /** Answers with the client's own part of a list, over all projects in which it has something. Never rejects. */
  list(request: Request, target: NativeTarget, listing: Listing): Promise<Response>
  /** Passes a file's upload on, streamed, in any of the forms that Google takes. Never rejects. */
  upload(request: Request, target: NativeTarget): Promise<Response>
  /**
   * Answers a WebSocket as Google's Live API, through the pool. A client that has only a token of that API's own is
   * known by who made it.
   */
  live(request: Request, target: LiveTarget): SocketHandler
  /**
   * Every model that calls are answered for; with an upstream, those of that service alone. Rejects with a GatewayError
   * when none was ever learned.
   */
  models(upstream?: UpstreamName): Promise<readonly Model[]>
  /**
   * What is known of the model that a client's name stands for, under that name: also an alias by a pattern, or several
   * suffixes, which are not listed. Undefined where there is none; rejects with a GatewayError where a plugin refuses
   * the name, and as `models` does.
   */
  model(request: Request, name: string, upstream?: UpstreamName): Promise<Model | undefined>
}

/** A request of a protocol's as a method of Google's, and the way back. */
export interface Conversion {
  readonly target: NativeTarget
  /** Google's request body. */
  readonly body: unknown
  readonly notes?: readonly string[]
  /** Google's answer as the client reads it; throws a GatewayError where it is not what was asked for. */
  toAnswer(answer: unknown): unknown
}

/** A method of Google's native API. */
export interface NativeTarget {
  /** Google's path without host, `/v1beta/models/gemini-…:countTokens`. */
  readonly path: string
  /** The client's own query without credentials, `?alt=sse` or ''. */
  readonly query: string
  readonly operation: string
  /** Without `models/`; empty where the method names none. */
  readonly model: string
  /** A streamed generation. */
  readonly stream: boolean
  /** The answer is short and read whole before it is passed on, so that a broken one can move to another key. */
  readonly short?: boolean
  /** The resource that the path names, or stands below: `files/abc`. It decides which project is asked. */
  readonly resource?: string
  /** A resource that the path names and that may be used by others than its maker. */
  readonly uses?: string
  /** The call deletes `resource`. */
  readonly removes?: boolean
  /** The collection that the path is of: `files`. */
  readonly collection?: string
  /** The answer may tell of resources, which are kept as this client's. */
  readonly makes?: boolean
  /** The model is named by the body. */
  readonly modelInBody?: boolean
  /** The service of Google's that answers; where absent the Gemini API, or the one that the settings name for the model. */
  readonly upstream?: UpstreamName
  /** How Google is shown the key: as `Authorization: Bearer` where its OpenAI layer is asked; else `x-goog-api-key`. */
  readonly credential?: 'bearer'
}

/** A kind of session of Google's Live API. */
export interface LiveTarget {
  /** Google's path without host, `/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent`. */
  readonly path: string
  /** The client's own query without credentials. */
  readonly query: string
  /** `bidiGenerateContent`, `bidiGenerateMusic` */
  readonly operation: string
}

/** A list of resources in Google's API. */
export interface Listing {
  /** Whose members are listed: `files`, `models/veo/operations`. */
  readonly collection: string
  /** The field of the answer that holds them. */
  readonly field: string
  /** Where the client states none, and at most. */
  readonly pageSize: readonly [usual: number, most: number]
}
