import { once } from 'node:events'
import WebSocket from 'ws'
import { type Scene, until } from './scene.ts'

export const LIVE_MODEL = 'gemini-3.8-live'
export const SETUP = { setup: { model: `models/${LIVE_MODEL}` } }
/** A setup whose session can go on over another connection. */
export const RESUMABLE = { setup: { ...SETUP.setup, sessionResumption: {} } }

/** A message, or a row, as far as tests look into it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into it and see at once where they are wrong
export type Loose = Record<string, any>

/** A raw client of the Live API. */
export interface LiveClient {
  readonly socket: WebSocket
  /** Everything heard, as objects, in order. */
  readonly heard: Loose[]
  /** Whether each message came in bytes. */
  readonly isBinary: boolean[]
  /** Code and reason; undefined while it is open. */
  readonly end: readonly [code: number, reason: string] | undefined
  send(message: unknown): void
  /** A turn of text. */
  ask(text: string): void
  /** Waits for a word of the model's that contains this. */
  hears(text: string): Promise<void>
  /** Waits for the end. */
  ended(): Promise<readonly [number, string]>
}

export interface LiveOptions {
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly setup?: unknown
}

export function livePath(method = 'BidiGenerateContent', version = 'v1beta'): string {
  return `/ws/google.ai.generativelanguage.${version}.GenerativeService.${method}`
}

/** Opens a session and sends its setup, without waiting for an answer. */
export async function connectLive(
  { gateway }: Pick<Scene, 'gateway'>,
  { path = `${livePath()}?key=${gateway.clientToken}`, headers = {}, setup = SETUP }: LiveOptions = {},
): Promise<LiveClient> {
  const socket = new WebSocket(gateway.url.replace('http', 'ws') + path, {
    headers,
    perMessageDeflate: false,
  })
  const heard: Loose[] = []
  const isBinary: boolean[] = []
  let end: readonly [number, string] | undefined
  socket.on('message', (data, binary) => {
    isBinary.push(binary)
    heard.push(JSON.parse(String(data)))
  })
  socket.on('close', (code, reason) => {
    end = [code, String(reason)]
  })
  await once(socket, 'open')
  const send = (message: unknown) => socket.send(JSON.stringify(message))
  if (setup !== undefined) send(setup)
  return {
    socket,
    heard,
    isBinary,
    get end() {
      return end
    },
    send,
    ask: (text) =>
      send({ clientContent: { turns: [{ role: 'user', parts: [{ text }] }], turnComplete: true } }),
    hears: (text) =>
      until(() => heard.some((message) => JSON.stringify(message).includes(text)), `heard ${text}`),
    async ended() {
      await until(() => end !== undefined, 'the session is over')
      return end!
    },
  }
}

/** Opens a session that Google takes. */
export async function talkLive(scene: Pick<Scene, 'gateway'>, options?: LiveOptions): Promise<LiveClient> {
  const client = await connectLive(scene, options)
  await client.hears('setupComplete')
  return client
}

/** What the request log tells of the sessions, newest first. */
export async function liveRows({ gateway }: Scene): Promise<Loose[]> {
  const response = await fetch(`${gateway.url}/admin/api/requests?limit=100`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  })
  const { items } = (await response.json()) as { items: Loose[] }
  return items.filter(({ operation }) => operation === 'bidiGenerateContent')
}
