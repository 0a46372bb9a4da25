import type { Static, TObject, TSchema } from '@sinclair/typebox'
import type { Elysia } from 'elysia'
import type { GenerateContentRequest, GenerateContentResponse, Model } from './canonical.ts'
import type { GatewayError } from './errors.ts'
import type { Gateway } from './gateway.ts'
import type { GuardedFetch } from './guarded-fetch.ts'
import type { ImageBed } from './image-bed.ts'
import type { KeyStrategy, StrategyContext } from './keys.ts'
import type { Settings } from './settings/settings.ts'
import type { SocketHandler } from './sockets.ts'

export type { Conversion, Gateway, Listing, LiveTarget, NativeTarget } from './gateway.ts'

/** The version of this contract; a plugin states the one it was written for. */
export const PLUGIN_API = 1

/** What a plugin's author writes. Make it with `definePlugin`, export it as default. */
export interface PluginDefinition<Options extends TSchema = TSchema> {
  /** kebab-case; the name in the config, in logs and in blame. */
  readonly name: string
  readonly api: typeof PLUGIN_API
  readonly description: string
  /** Validates this plugin's part of the config and fills its defaults. */
  readonly options?: Options
  /** What a failure of its hooks means for the call; `closed` where absent. */
  readonly onFailure?: OnFailure
  /** Called once, before any call sees the plugin; a throw keeps it out and names it. */
  setup(options: Static<Options>, host: Host): Hooks | Promise<Hooks>
}

/**
 * What becomes of a call in which a plugin's hook failed (threw what is no GatewayError). `open`: it goes on as if
 * the plugin were not there; after five failures in a row, so do all calls for a minute. `closed`: it fails with
 * an error that names the plugin; right for what must not be left out.
 */
export type OnFailure = 'open' | 'closed'

/** Gives a definition its types; returns it unchanged. */
export function definePlugin<Options extends TSchema = TObject>(
  definition: PluginDefinition<Options>,
): PluginDefinition<Options> {
  return definition
}

/** What a plugin is given. Secrets are not among it. */
export interface Host {
  readonly gateway: Gateway
  readonly store: PluginStore
  /** The way to public addresses, and to no others. */
  readonly fetch: GuardedFetch
  readonly settings: HostSettings
  /** The image bed of this name, whichever plugin brings it; throws a sentence where none does. Ask when it is needed. */
  imageBed(name: string): ImageBed
  log(message: string, fields?: Record<string, unknown>): void
  /** Repeats `task` until the plugin is stopped; a failing run is logged, the next one still comes. */
  schedule(everySeconds: number, task: () => void | Promise<void>): void
}

/** The gateway's own settings that plugins may know; no secret is among them. */
export type HostSettings = Pick<Settings, 'media'>

/** A plugin's own small documents; no other plugin sees them. */
export interface PluginStore {
  get(name: string): Promise<unknown>
  put(name: string, value: unknown): Promise<void>
  delete(name: string): Promise<void>
  names(): Promise<readonly string[]>
}

type MaybePromise<T> = T | Promise<T>

/**
 * Where a plugin may step in; every member is optional. Plugins run in the order of the config; a hook
 * that returns nothing changes nothing. A throw is blamed on the plugin; a GatewayError reaches the client.
 *
 * | member     | kind                    | runs                                                              |
 * | ---------- | ----------------------- | ----------------------------------------------------------------- |
 * | routes     | once                    | registers routes on an Elysia instance of this plugin's own       |
 * | protocol   | registry                | how a family of clients speaks                                    |
 * | speaks     | once                    | the protocol, another plugin's, whose clients its routes are for  |
 * | sockets    | registry                | WebSocket routes: path → who answers it                           |
 * | authorize  | first                   | may name the client, before any other hook                        |
 * | when       | filter                  | false: the hooks below but `finished` cost this call nothing      |
 * | request    | sequential              | before a key is chosen; may change the call, or refuse by a throw |
 * | reply      | sequential              | on a whole reply                                                  |
 * | chunk      | sequential, synchronous | on each streamed chunk: a chunk, several, or none                 |
 * | stream     | wraps                   | only for what must wait or keep time                              |
 * | finished   | parallel                | when the client has everything; never delays it                   |
 * | error      | sequential              | on an error that a client is to see: another one in its place     |
 * | models     | sequential              | adds, renames or hides models                                     |
 * | suffixes   | registry                | endings of models' names that mean something to this plugin       |
 * | modelOf    | first                   | the model that a name stands for, wherever a client states one    |
 * | strategies | registry                | key strategies, chosen by name in the config                      |
 * | imageBeds  | registry                | where pictures are kept, chosen by name in the config             |
 * | stop       | once                    | when replaced or switched off                                     |
 */
export interface Hooks {
  routes?(app: Elysia, gateway: Gateway): void
  protocol?: Protocol
  speaks?: string
  sockets?: Readonly<Record<string, SocketRoute>>
  authorize?(request: Request): MaybePromise<Client | undefined>
  when?(head: Head): boolean
  request?(call: Call): MaybePromise<Call | undefined | void>
  reply?(reply: GenerateContentResponse, call: Call): MaybePromise<GenerateContentResponse | undefined | void>
  chunk?(
    chunk: GenerateContentResponse,
    call: Call,
  ): GenerateContentResponse | readonly GenerateContentResponse[] | undefined | void
  stream?(chunks: Chunks, call: Call): Chunks
  finished?(call: Head, result: CallResult): MaybePromise<void>
  error?(error: GatewayError, head: Head): GatewayError | undefined | void
  models?(list: readonly Model[]): MaybePromise<readonly Model[] | undefined | void>
  /**
   * Each ending with its hyphen (`-search`) → which models the lists show with it too. It is taken off before any
   * hook sees the name, and handed on as `Head.suffixes`. A name of Google's own that ends so is left whole.
   */
  suffixes?: Readonly<Record<string, (model: Model) => boolean>>
  /**
   * Asked of the stated name, and where it says nothing of that, of what is left as suffixes are taken off. Throws a
   * GatewayError to refuse the name. Others' names and suffixes may be among what it returns, its own aliases not.
   */
  modelOf?(name: string): string | undefined
  strategies?: Readonly<Record<string, (context: StrategyContext) => KeyStrategy>>
  imageBeds?: Readonly<Record<string, () => ImageBed>>
  stop?(): MaybePromise<void>
}

/** Accepts a WebSocket, or refuses it by throwing a GatewayError. A path that ends with `*` takes all below it. */
export type SocketRoute = (request: Request, client: Client) => MaybePromise<SocketHandler>

export type Chunks = AsyncIterable<GenerateContentResponse>

/** Who calls us. */
export interface Client {
  readonly name: string
}

/** What is known of a call without its body. */
export interface Head {
  /** The request id that the client sees as `x-request-id`. */
  readonly id: string
  /** When the request arrived, in milliseconds since 1970. */
  readonly at: number
  readonly protocol: string
  /** Google's method name: `generateContent`, `countTokens`, … ; a stream is `generateContent` with `stream`. */
  readonly operation: string
  /** Without `models/`; empty where the method names none. */
  readonly model: string
  /** Those of plugins that the client's name of the model ended with, and `model` does not any more; absent for none. */
  readonly suffixes?: readonly string[]
  readonly stream: boolean
  readonly client: string
  readonly headers: Headers
}

/** One client request in canonical form. A hook returns a changed copy; it never changes the one it is given. */
export interface Call extends Head {
  readonly request: GenerateContentRequest
  /** What had to be weakened or dropped of the client's request: the `x-geminate-notes` header. */
  readonly notes: readonly string[]
  /** What the codec asked to be handed back (`Decoded.asked`); a hook's copy keeps it. */
  readonly asked?: unknown
  /** The conversation it belongs to, where its request names one; calls of one session go to one project. */
  readonly session?: string
  /**
   * On a stream: Google is asked for a whole answer, which comes as one chunk. Until then the client gets a heartbeat
   * every so many seconds, the first when as many have passed; a failure before that keeps its status.
   */
  readonly whole?: { readonly heartbeatSeconds: number }
  /** Aborted when the client has left. */
  readonly signal: AbortSignal
}

/** How a call ended. */
export interface CallResult {
  readonly status: number
  readonly error: GatewayError | undefined
  readonly attempts: number
  readonly keyId: string | undefined
  readonly usage: GenerateContentResponse['usageMetadata']
  readonly firstTokenMilliseconds: number | undefined
  readonly durationMilliseconds: number
}

/** A family of clients: how they are recognised, and how they speak. */
export interface Protocol {
  readonly name: string
  /** Whether a request is this protocol's, by path and headers alone; the first that says yes answers it, errors included. */
  claims(request: ProtocolRequest): boolean
  readonly codec: Codec
  /** A header of this protocol's own, in lower case, in which every answer repeats its `x-request-id`. */
  readonly idHeader?: string
}

/** A request before its body is read. */
export interface ProtocolRequest {
  /** What the client sees as `x-request-id`. */
  readonly id: string
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  /**
   * The model that a name stands for, for a codec that must know what it takes; `Decoded.model` stays as stated.
   * Absent before the call begins. Throws where the name is refused.
   */
  readonly modelOf?: (name: string) => string
}

/**
 * A protocol as four pure functions around the canonical form. None changes what it is given.
 * `decode` throws a GatewayError of kind `invalid_request` for what is not this protocol.
 */
export interface Codec {
  /** True where the wire form is the canonical form, so that bytes may pass unparsed when no hook applies. */
  readonly identity?: boolean
  decode(body: unknown, request: ProtocolRequest): Decoded
  encode(reply: GenerateContentResponse, call: Call): Wire
  encodeStream(request: ProtocolRequest, call: Call | undefined): StreamEncoder
  /** Renders every kind of error in the shape that this protocol's clients read. */
  encodeError(error: GatewayError, request: ProtocolRequest): Wire
}

/** What a codec makes of a request body. */
export interface Decoded {
  readonly model: string
  readonly stream: boolean
  readonly request: GenerateContentRequest
  /** Further requests that the same answer answers: their candidates follow those of `request`, in this order. */
  readonly others?: readonly GenerateContentRequest[]
  readonly notes?: readonly string[]
  /** What the request asked of the answer and the canonical form has no place for; comes back as `Call.asked`. */
  readonly asked?: unknown
  /** What names the conversation in the body, or who speaks: `prompt_cache_key`, `user`. It never goes upstream. */
  readonly session?: string
  /** Where the request's schemas stand in the body. Codecs leave schemas as clients have them. */
  readonly schemasAt?: SchemaPlaces
}

/** Places of schemas in a client's request, `tools[0].function.parameters`, for what is said of them. */
export interface SchemaPlaces {
  /** By Google's name of the function. */
  readonly parameters: ReadonlyMap<string, string>
  /** Of the answer's schema. */
  readonly response: string
}

/** A whole body on the wire. */
export interface Wire {
  readonly body: string
  readonly contentType: string
  readonly headers?: Readonly<Record<string, string>>
  /** Where it differs from the error's own status. */
  readonly status?: number
}

/** One stream being written; it may keep state. Each method returns the text to send, '' for none. */
export interface StreamEncoder {
  readonly contentType: string
  chunk(chunk: GenerateContentResponse): string
  /** After the last chunk of a stream that ended well. */
  end(): string
  /** Instead of `end`, after the stream has begun. */
  error(error: GatewayError): string
  /** Keeps a silent stream alive; clients ignore it. Also sent before the first chunk. */
  heartbeat(): string
  /** Told that chunks were passed on as bytes, where an encoder must know that it has begun. */
  relayed?(): void
}
