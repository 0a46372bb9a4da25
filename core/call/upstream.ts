import { joinBytes } from '../http/join-bytes.ts'
import { createSilenceWatch } from '../http/silence-watch.ts'
import type { Key, UpstreamName } from '../keys.ts'
import type { MovableFiles } from '../ownership/ownership.ts'
import type { CallWeight } from '../quota/call-weight.ts'
import type { TransportRequest } from '../transport.ts'
import type { Way } from '../ways/way.ts'
import { ConnectionError, createLine, type Line } from './line.ts'

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
  /**
   * Asked where Google refuses the request with a 400, with Google's words: the body in a form that may do, and what is
   * different in it.
   */
  repair?(refusal: string): RepairedBody | undefined
  /** The body for another model that is asked in this one's place; absent where it is the same for all. */
  forModel?(model: string): OtherBody
  /** `KeyQuery.affinity` */
  readonly affinity?: string
  /** `KeyQuery.project` and `KeyQuery.keyId` */
  readonly project?: string | undefined
  readonly keyId?: string
  /** `NativeTarget.upstream` */
  readonly upstream?: UpstreamName | undefined
  /** Files that it names, of which other projects could have copies. */
  readonly movable?: MovableFiles | undefined
  /** `NativeTarget.credential` */
  readonly credential?: 'bearer' | undefined
}

/** A body to be sent in another one's place. */
export interface OtherBody {
  readonly body: string
  /** What is different in it. */
  readonly notes: readonly string[]
}

/** A body to be sent in place of a refused one. */
export interface RepairedBody extends OtherBody {
  /** To be told when the model has taken it. */
  worked(): void
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

export interface Upstream {
  /** Sends one attempt with one key, its preferred way where none is named; any status is an answer. */
  open(key: Key, request: UpstreamRequest, leaving: AbortSignal, way?: Way): Promise<Answer>
}

export interface UpstreamOptions {
  /** The way of a request that is no call's. */
  wayOf(key: Key): Way
  readonly baseUrl: string
  /** The operator's own headers, for every call. */
  readonly headers: Readonly<Record<string, string>>
  readonly silenceMilliseconds: number
  /** Puts the key's credential into the headers, in the form that is asked for. */
  authorize(headers: Record<string, string>, key: Key, form?: 'bearer'): void
}

/** The way to Google. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const silence = createSilenceWatch(options.silenceMilliseconds)
  const base = options.baseUrl.replace(/\/+$/, '')
  return {
    async open(key, request, leaving, way = options.wayOf(key)) {
      const headers: Record<string, string> = {
        ...request.headers,
        ...options.headers,
        // Bun decompresses but keeps the old content-encoding and content-length, which would go to the client.
        'accept-encoding': 'identity',
      }
      options.authorize(headers, key, request.credential)
      const line = createLine(leaving, silence)
      try {
        const init = { method: request.method, headers, body: request.body(line.moved), signal: line.signal }
        const response = await line.wait(way.transport.fetch(base + request.path, init))
        return toAnswer(response, line)
      } catch (thrown) {
        line.end()
        throw thrown
      }
    },
  }
}

/** An answer that says to be short needs no look at each of its pieces. */
function isShort({ headers }: Response): boolean {
  const length = headers.get('content-length')
  return length !== null && Number(length) <= SHORT
}

const SHORT = 64 * 1024

function toAnswer(response: Response, line: Line): Answer {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  // Whether there is a body is not asked before it is read: on Bun that alone costs as much as reading a short one.
  let complete = false

  function close(): void {
    complete = true
    line.close()
  }

  async function read(): Promise<Uint8Array | undefined> {
    if (complete) return undefined
    reader ??= response.body?.getReader()
    const piece = reader && (await line.wait(reader.read()))
    if (piece && !piece.done) return piece.value
    close()
    return undefined
  }

  async function bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (!complete && isShort(response)) {
      const all = await line.wait(response.arrayBuffer())
      close()
      return new Uint8Array(all)
    }
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
