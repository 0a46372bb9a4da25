import type { ByteFiles } from './byte-files.ts'
import type { SocketHandler } from './sockets.ts'

/** What differs between the places the gateway can run. */
export interface Runtime {
  /** `bun`, `deno` */
  readonly name: string
  readonly version: string
  /** Command line arguments, without the program. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly files: Files
  readonly byteFiles: ByteFiles
  readonly output: Output
  readonly input: Input
  serve(options: ServeOptions): Promise<Server>
  /** Runs `handler` when the process is asked to end (SIGTERM, SIGINT); a second signal ends it at once. */
  onStop(handler: () => void): void
  /** Runs `handler` whenever the process is asked to read its settings again (SIGHUP). */
  onReload(handler: () => void): void
  /** Has `handler` hear of what is thrown or rejected where nobody waits for it, in place of ending the process. */
  onStray(handler: (thrown: unknown) => void): void
  /**
   * Starts this program once more, as a process of its own with other arguments. Resolves once what it writes to
   * stdout matches `started`; rejects where it ends before.
   */
  startAgain(args: readonly string[], started: RegExp): Promise<OtherProcess>
  /** The memory that this process holds, in bytes. */
  memory(): number
  /** Ends the process once what was written has been read, or after about a second. */
  exit(code: number): Promise<never>
}

/** What the process prints. Never waits; where nobody reads, lines are dropped and counted. */
export interface Output {
  write(text: string): void
  error(text: string): void
  /** Settles when all that was written is read, or its reader is gone. */
  flushed(): Promise<void>
  readonly isTerminal: boolean
}

/** What the process is given to read. */
export interface Input {
  /** All of it, to its end. */
  readAll(): Promise<string>
  readonly isTerminal: boolean
}

/** A second process of this program. */
export interface OtherProcess {
  /** What it wrote when it had started. */
  readonly match: RegExpExecArray
  stop(): Promise<void>
}

export interface ServeOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  fetch(request: Request, peer: Peer): Response | Promise<Response>
  /** Asked for a request that wants to become a WebSocket: its handler, or a refusal. Without it `fetch` is asked. */
  upgrade?(request: Request, peer: Peer): Promise<AcceptedSocket | Response>
}

/** Who answers a WebSocket whose handshake is still to come. */
export interface AcceptedSocket extends SocketHandler {
  /** The handshake has failed; nothing else is called then. */
  lost(): void
}

/** Whether a request asks to become a WebSocket. */
export function isUpgrade(request: Request): boolean {
  return request.method === 'GET' && request.headers.get('upgrade')?.toLowerCase() === 'websocket'
}

/** Who is at the other end of the connection. */
export interface Peer {
  readonly address: string
}

/**
 * A listening server. It never cuts a silent answer, never limits a body by itself, and aborts
 * `request.signal` when the client has left before its answer was complete.
 */
export interface Server {
  readonly port: number
  /** Takes no new connection, lets open answers finish for `graceSeconds`, then cuts them. */
  stop(graceSeconds: number): Promise<void>
}

export interface Files {
  /** The text, or undefined when there is no such file. */
  read(path: string): Promise<string | undefined>
  /** Replaces the file in one step; `mode` such as 0o600. Makes missing folders. */
  write(path: string, text: string, mode?: number): Promise<void>
  /** The names in a folder, sorted, those of folders with `/` at the end; none where there is no such folder. */
  list(path: string): Promise<readonly string[]>
}
