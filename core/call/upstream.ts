import { joinBytes } from '../http/join-bytes.ts'
import type { Key } from '../keys.ts'
import type { CallWeight } from '../quota/call-weight.ts'
import type { Transport, TransportRequest } from '../transport.ts'

/** A request of Google's native API, complete but for the credential. */
export interface UpstreamRequest {
  readonly method: string
  /** Path and query, `/v1beta/models/gemini-…:generateContent` */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /**
   * Asked for at each attempt, so that nobody holds the bytes longer than they are needed. A stream calls `moved`
   * for each piece that goes out.
   */
  body(moved: () => void): TransportRequest['body']
  /** Whether the body is gone, so that no other attempt can send it. */
  isSpent?(): boolean
  /** Without `models/`; undefined where the method names none. */
  readonly model: string | undefined
  /** How much input it spends; undefined for methods that spend none. */
  readonly weight?: CallWeight
  /** May be sent again after an attempt of which nobody knows how far it came. */
  readonly repeatable: boolean
  /** `KeyQuery.affinity` */
  readonly affinity?: string
  /** `KeyQuery.project` and `KeyQuery.keyId` */
  readonly project?: string | undefined
  readonly keyId?: string
}

/** An answer that has begun. Reading rejects when the connection fails, falls silent, or the client has left. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The next bytes, or undefined at the end. */
  read(): Promise<Uint8Array | undefined>
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  /** Closes the connection unless the answer was read to its end. Safe to call twice. */
  end(): void
}

/** Bytes of an answer that is read whole, or of one event of a stream: far above Google's largest pictures. */
export const LONGEST_ANSWER = 128 * 1024 * 1024

/** Thrown where no answer came, or it broke off. */
export class ConnectionError extends Error {}

/** Thrown where Google has sent nothing for `upstream.timeoutSeconds`. */
export class SilenceError extends Error {}

export interface Upstream {
  /** Sends one attempt with one key; any status is an answer. */
  open(key: Key, request: UpstreamRequest, leaving: AbortSignal): Promise<Answer>
}

export interface UpstreamOptions {
  readonly transport: Transport
  readonly baseUrl: string
  /** The operator's own headers, for every call. */
  readonly headers: Readonly<Record<string, string>>
  readonly silenceMilliseconds: number
  /** Puts the key's credential into the headers. */
  authorize(headers: Record<string, string>, key: Key): void
}

/** The way to Google. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const base = options.baseUrl.replace(/\/+$/, '')
  return {
    async open(key, request, leaving) {
      const headers: Record<string, string> = {
        ...request.headers,
        ...options.headers,
        // Bun decompresses but keeps the old content-encoding and content-length, which would go to the client.
        'accept-encoding': 'identity',
      }
      options.authorize(headers, key)
      const line = createLine(leaving, options.silenceMilliseconds)
      try {
        const init = { method: request.method, headers, body: request.body(line.moved), signal: line.signal }
        const response = await line.wait(options.transport.fetch(base + request.path, init))
        return toAnswer(response, line)
      } catch (thrown) {
        line.end()
        throw thrown
      }
    },
  }
}

function toAnswer(response: Response, line: Line): Answer {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let complete = response.body === null
  if (complete) line.close()
  async function read(): Promise<Uint8Array | undefined> {
    if (complete) return undefined
    reader ??= response.body!.getReader()
    const { done, value } = await line.wait(reader.read())
    if (!done) return value
    complete = true
    line.close()
    return undefined
  }

  async function bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array[] = []
    let length = 0
    for (let piece = await read(); piece; piece = await read()) {
      length += piece.length
      if (length > LONGEST_ANSWER) throw new ConnectionError('The answer is longer than any of Google')
      pieces.push(piece)
    }
    return joinBytes(pieces) as Uint8Array<ArrayBuffer>
  }

  return {
    status: response.status,
    headers: response.headers,
    read,
    bytes,
    end() {
      if (!complete) line.end()
      complete = true
    },
  }
}

/** One attempt's connection: ends when the client leaves, or when Google is silent while we wait for it. */
interface Line {
  readonly signal: AbortSignal
  wait<T>(promise: Promise<T>): Promise<T>
  /** Something went out, so that Google's silence begins anew. */
  moved(): void
  /** Stops watching a connection that is through. */
  close(): void
  /** Cuts the connection. */
  end(): void
}

function createLine(leaving: AbortSignal, silenceMilliseconds: number): Line {
  const controller = new AbortController()
  let waitingSince: number | undefined
  let silent = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const end = () => {
    close()
    controller.abort()
  }
  const close = () => {
    clearTimeout(timer)
    leaving.removeEventListener('abort', end)
  }
  // One timer an attempt, not one a read: it looks again where something has come in the meantime.
  const look = () => {
    const waited = waitingSince === undefined ? 0 : performance.now() - waitingSince
    if (waited >= silenceMilliseconds) {
      silent = true
      end()
    } else {
      timer = setTimeout(look, silenceMilliseconds - waited)
    }
  }

  timer = setTimeout(look, silenceMilliseconds)
  if (leaving.aborted) end()
  else leaving.addEventListener('abort', end, { once: true })

  return {
    signal: controller.signal,
    moved() {
      if (waitingSince !== undefined) waitingSince = performance.now()
    },
    close,
    end,
    async wait(promise) {
      waitingSince = performance.now()
      try {
        return await promise
      } catch (thrown) {
        close()
        if (silent) throw new SilenceError(`Google was silent for ${silenceMilliseconds / 1000} s`)
        const message = thrown instanceof Error ? thrown.message : String(thrown)
        throw new ConnectionError(message, { cause: thrown })
      } finally {
        waitingSince = undefined
      }
    },
  }
}
