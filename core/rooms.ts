import type { Outside } from './outside.ts'
import type { PluginDefinition } from './plugin.ts'
import type { Runtime } from './runtime.ts'
import type { Store } from './store.ts'
import type { Transport } from './transport.ts'
import type { ProxyAddress } from './ways/proxy-address.ts'

/** What `main.ts` hands to a command: everything that lives outside this room. */
export interface Rooms {
  readonly runtime: Runtime
  /** `path` as in `storage.url`, already resolved against the config file's folder. */
  openStore(url: string): Promise<Store>
  createTransport(): Transport
  createOutside(): Outside
  /** The way out through a proxy, and never beside it. */
  createProxyTransport(proxy: ProxyAddress): Transport
  /** The plugins that ship, in the order they run. */
  readonly plugins: readonly PluginDefinition[]
  /** The folder of those that ship, where they lie as files; a config beside it does not find them as its own. */
  readonly shippedFolder: string
  /** The default export of a file, or of a folder's entry: a plugin of somebody else's. */
  importPlugin(path: string): Promise<unknown>
  /** Runs a file of somebody else's for what it does. */
  importFile(path: string): Promise<unknown>
  /** What declares `geminate/sdk` and `geminate/testing` to an editor, as one file; rejects where it cannot be made. */
  authorTypes(): Promise<string>
  startSimulatedGoogle(options: SimulatedGoogleOptions): Promise<SimulatedGoogleServer>
}

export interface SimulatedGoogleOptions {
  readonly host: string
  readonly port: number
  /** A folder with Google's discovery document and recordings; undefined does without. */
  readonly dataFolder: string | undefined
}

export interface SimulatedGoogleServer {
  readonly url: string
  /** Keys that it takes as good. */
  readonly keys: readonly string[]
  /** Keys that it takes as good for Vertex AI in express mode. */
  readonly vertexKeys: readonly string[]
  /** Everything received, oldest first. */
  readonly calls: readonly SimulatedCall[]
  /**
   * Orders the answers of the next calls with a key, `*` for any: `{ kind: 'text', text: 'Hi' }` and the like, as
   * docs/simulated-google.md lists them.
   */
  script(key: string, behaviours: SimulatedBehaviour | readonly SimulatedBehaviour[]): void
  /** Forgets scripts, quotas and calls. */
  reset(): void
  stop(): Promise<void>
}

/** How the simulated Google is to behave. */
export interface SimulatedBehaviour {
  readonly kind: string
  readonly [detail: string]: unknown
}

/** A request that the simulated Google received. */
export interface SimulatedCall {
  readonly key: string | undefined
  readonly method: string
  readonly path: string
  readonly model: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}
