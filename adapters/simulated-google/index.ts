import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Behaviour } from './behaviours.ts'
import type { ReceivedCall } from './calls.ts'
import { createGoogle, type GoogleOptions, type KeyQuotaLimits } from './google.ts'
import { createLiveListener } from './live.ts'
import type { Recording } from './recordings.ts'
import type { ScriptFilter } from './scripts.ts'
import { createListener } from './server.ts'
import type { Resource } from './shelf.ts'

export type { Behaviour } from './behaviours.ts'
export type { ReceivedCall } from './calls.ts'
export type { KeyQuotaLimits, SimulatedKey } from './google.ts'
export type { Recording } from './recordings.ts'
export type { ScriptFilter } from './scripts.ts'

/** How a simulated Google is to be; every member may be absent. */
export interface SimulatedGoogleOptions extends GoogleOptions {
  /** 127.0.0.1 where absent. */
  readonly host?: string
  /** 0, where absent, takes any free port. */
  readonly port?: number
  /** The keys that are accepted; a few demo keys where absent. A key that has a script is accepted too. */
  readonly keys?: GoogleOptions['keys']
  /** The keys that Vertex AI in express mode accepts; one demo key where no `keys` are given either. */
  readonly vertexKeys?: readonly string[]
  /** Accepts every key. */
  readonly anyKey?: boolean
  /** Ids of more models. */
  readonly models?: readonly string[]
  /** A folder with Google's discovery document and recorded answers: requests are then checked strictly. */
  readonly dataFolder?: string
  /** The length of a quota minute; 60 where absent. */
  readonly minuteSeconds?: number
  /** The clock of quotas and of `ReceivedCall.at`, in milliseconds. */
  readonly now?: () => number
}

/** A Gemini API on loopback, that answers, meters and fails as Google's does. */
export interface SimulatedGoogle {
  /** Without a slash at the end. */
  readonly url: string
  readonly keys: readonly string[]
  readonly vertexKeys: readonly string[]
  /** Everything received, oldest first; the last 10 000. */
  readonly calls: readonly ReceivedCall[]
  /**
   * Orders the answers of the next calls with a key (`*`: with any; the key's own go first), one behaviour
   * after the other. Those that speak of content are used up by the generation methods only, others by
   * every call to a model, and those about the key by every call: see `USED_BY`. Throws on a recording
   * that the data folder does not have.
   */
  script(key: string, behaviours: Behaviour | readonly Behaviour[], filter?: ScriptFilter): void
  /** Meters the calls that reach a model, and refuses those that pass a limit. */
  quota(limits: KeyQuotaLimits): void
  /** How many answers are open. */
  open(): number
  /** Google's number for a key's project, as its errors name it after `projects/`. */
  projectOf(key: string): string
  /** Every file that was uploaded or made, as Google shows it, and the project that has it. */
  files(): readonly Resource[]
  /** The recorded answers in the data folder; none without one. */
  recordings(): readonly Recording[]
  /** Forgets scripts, quotas and calls. */
  reset(): void
  /** Cuts every connection. */
  stop(): Promise<void>
}

/** Starts a simulated Google; rejects when the port is taken. Another process steers it under `/_simulated/`. */
export async function startSimulatedGoogle(options: SimulatedGoogleOptions = {}): Promise<SimulatedGoogle> {
  const google = createGoogle(options)
  const listener = createListener(google)
  const live = createLiveListener(google)
  const server = createServer(listener.listen)
  server.on('upgrade', live.upgrade)
  const host = options.host ?? '127.0.0.1'
  const port = await listenOn(server, host, options.port ?? 0)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    keys: google.keys,
    vertexKeys: google.vertexKeys,
    calls: google.log.calls,
    script: google.script,
    quota: google.limit,
    open: listener.open,
    projectOf: google.projectOf,
    files: google.shelf.files,
    recordings: () => google.recordings,
    reset: google.reset,
    stop() {
      live.stop()
      return stop(server)
    },
  }
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  // A pooled connection that the server closes first would look like a reset to its client.
  server.keepAliveTimeout = 0
  server.requestTimeout = 0
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
