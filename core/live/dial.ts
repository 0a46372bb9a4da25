import { ConnectionError, createLine } from '../call/line.ts'
import type { Answer, UpstreamOptions, UpstreamRequest } from '../call/upstream.ts'
import { errorOfClose } from '../faults/error-of-close.ts'
import { createSilenceWatch } from '../http/silence-watch.ts'
import type { Key } from '../keys.ts'
import type { OutgoingSocket } from '../sockets.ts'
import { SocketRefused } from '../transport.ts'
import type { Way } from '../ways/way.ts'
import type { Goodbye } from './goodbye.ts'

export type Message = string | Uint8Array

/** What happens on an open connection to Google. */
export interface GoogleHandler {
  message(data: Message): void
  close(goodbye: Goodbye): void
}

/** A session that Google has taken. */
export interface GoogleLine {
  readonly socket: OutgoingSocket
  /** To be called once: tells of all that has happened, and from then on of what happens. */
  listen(handler: GoogleHandler): void
}

/** What one attempt is made with. */
export interface Dialled {
  readonly key: Key
  readonly way: Way
  readonly request: UpstreamRequest
  /** The setup, as it is sent. */
  readonly setup: Message
  /** The client's own credential, in place of a key's. */
  readonly token: string | undefined
  readonly leaving: AbortSignal
}

/** An attempt that was answered: with a session, or as an HTTP request would be that is refused. */
export type DialAnswer = Answer & {
  readonly line?: GoogleLine
  /** How Google ended it. */
  readonly goodbye?: Goodbye
}

/** Opens sessions. Rejects as `Upstream.open` does where no connection came. */
export type Dial = (dialled: Dialled) => Promise<DialAnswer>

/** Google takes a session within moments, or not at all. */
const SILENCE = 30_000

/** The way to Google's Live API. A session counts as taken when Google has said its first word. */
export function createDial({
  baseUrl,
  headers: own,
  authorize,
}: Pick<UpstreamOptions, 'baseUrl' | 'headers' | 'authorize'>): Dial {
  const silence = createSilenceWatch(SILENCE)
  const base = baseUrl.replace(/\/+$/, '').replace(/^http/, 'ws')
  return async ({ key, way, request, setup, token, leaving }) => {
    const headers: Record<string, string> = { ...request.headers, ...own }
    if (token === undefined) authorize(headers, key)
    const line = createLine(leaving, silence)
    const heard = createHearing()
    try {
      const opening = way.transport.openSocket(base + request.path, { headers, signal: line.signal }, heard)
      const socket = await line.wait(opening)
      socket.send(setup)
      const goodbye = await line.wait(heard.first)
      line.close()
      if (goodbye !== undefined) return toRefusal(goodbye, token)
      return { ...answerOf(101), line: { socket, listen: heard.listen } }
    } catch (thrown) {
      line.end()
      const refused = thrown instanceof ConnectionError ? thrown.cause : thrown
      if (!(refused instanceof SocketRefused)) throw thrown
      // Anything else than a refusal is nothing that Google ever answers here.
      return answerOf(refused.status >= 400 ? refused.status : 502, refused.text)
    }
  }
}

interface Hearing extends GoogleHandlerOfSocket {
  /** Settles with the first message, or with the end that came in its place. */
  readonly first: Promise<Goodbye | undefined>
  listen(handler: GoogleHandler): void
}

interface GoogleHandlerOfSocket {
  message(socket: unknown, data: Message): void
  close(socket: unknown, code: number, reason: string): void
}

/** Keeps what is heard until somebody listens. */
function createHearing(): Hearing {
  const { promise: first, resolve } = Promise.withResolvers<Goodbye | undefined>()
  let kept: ((handler: GoogleHandler) => void)[] = []
  let listener: GoogleHandler | undefined
  const tell = (event: (handler: GoogleHandler) => void) => {
    if (listener) event(listener)
    else kept.push(event)
  }
  return {
    first,
    message(_, data) {
      tell((handler) => handler.message(data))
      resolve(undefined)
    },
    close(_, code, reason) {
      tell((handler) => handler.close({ code, reason }))
      resolve({ code, reason })
    },
    listen(handler) {
      listener = handler
      for (const event of kept) event(handler)
      kept = []
    },
  }
}

/** Throws where the connection was only lost. What is wrong with a token of the client's is no fault of a key. */
function toRefusal(goodbye: Goodbye, token: string | undefined): DialAnswer {
  const { code, reason } = goodbye
  const error = errorOfClose(code, reason)
  if (error === undefined)
    throw new ConnectionError(`Google closed the session with ${code} ${reason}`.trim())
  if (token !== undefined && error.code < 429) return { ...answerOf(400, reason), goodbye }
  return { ...answerOf(error.code, JSON.stringify({ error })), goodbye }
}

function answerOf(status: number, text = ''): Answer {
  const bytes = new TextEncoder().encode(text)
  return {
    status,
    headers: new Headers(),
    read: async () => undefined,
    bytes: async () => bytes,
    end() {},
  }
}
