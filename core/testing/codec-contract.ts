import assert from 'node:assert/strict'
import { parseReply } from '../call/answer-faults.ts'
import { createLateness, readToCommitPoint } from '../call/commit-point.ts'
import { createFrameSource } from '../call/frame-source.ts'
import type { Answer } from '../call/upstream.ts'
import { openEventStream } from '../call/upstream-stream.ts'
import type { GenerateContentResponse } from '../canonical.ts'
import { ERROR_KINDS, GatewayError, isGatewayError } from '../errors.ts'
import { createRedactor } from '../log/redactor.ts'
import type { Call, Codec, ProtocolRequest, StreamEncoder } from '../plugin.ts'
import { type ContractCase, collectCases } from './contract-case.ts'

/** One request body and what it must become. */
export interface CodecCase {
  readonly title: string
  readonly url: string
  readonly wire: unknown
  readonly canonical: unknown
  readonly model: string
  readonly stream: boolean
}

export interface CodecSuite {
  readonly cases: readonly CodecCase[]
  /** Recorded upstream streams, raw; may be empty. */
  readonly recordings: ReadonlyMap<string, Uint8Array>
  /** Addresses of a whole call and of each streamed form. */
  readonly urls: { readonly whole: string; readonly streams: readonly string[] }
  /** Bodies that are not this protocol. */
  readonly junk: readonly unknown[]
  /** What a client makes of an encoded stream: its pieces of content, and the error it ends with. */
  read(url: string, text: string): { readonly chunks: readonly unknown[]; readonly error: string | undefined }
}

/** What every protocol promises, whatever its shape. */
export function codecContract(codec: Codec, suite: CodecSuite): readonly ContractCase[] {
  const { cases, add } = collectCases()
  for (const { title, url, wire, canonical, model, stream } of suite.cases) {
    add(`decode() ${title}`, () => {
      const decoded = codec.decode(deepFreeze(structuredClone(wire)), toRequest(url))
      assert.deepEqual(decoded.request, canonical)
      assert.equal(decoded.model, model)
      assert.equal(decoded.stream, stream)
    })
  }

  add('decode() refuses what is not this protocol instead of breaking', () => {
    for (const junk of suite.junk) {
      assert.throws(
        () => codec.decode(junk, toRequest(suite.urls.whole)),
        (thrown) => isGatewayError(thrown) && thrown.kind === 'invalid_request',
        JSON.stringify(junk),
      )
    }
  })

  add('encodeError() tells every kind of error in words, whole and streamed', () => {
    for (const url of [suite.urls.whole, ...suite.urls.streams]) {
      for (const kind of ERROR_KINDS) {
        const error = new GatewayError(kind, `Cannot do "it" (${kind})`)
        const { body, contentType, status } = codec.encodeError(error, toRequest(url))
        assert.match(contentType, /^application\/json/)
        assert.ok((status ?? error.status) >= 400)
        assert.ok(JSON.stringify(JSON.parse(body)).includes(`(${kind})`), body)
      }
    }
  })

  for (const url of suite.urls.streams) {
    for (const [title, recorded] of suite.recordings) {
      add(`encodeStream() at ${url} gives the same however the upstream is cut: ${title}`, async () => {
        const whole = await encode(codec, url, recorded, recorded.length)
        assert.ok(suite.read(url, whole).chunks.length > 0)
        for (const size of [1, 7, 64]) assert.equal(await encode(codec, url, recorded, size), whole)
        assert.equal(await encode(codec, url, withLineFeeds(recorded), 7), whole)
      })
    }

    add(`encodeStream() at ${url} ends a broken stream with an error that a client sees`, () => {
      for (const begun of [false, true]) {
        const encoder = codec.encodeStream(toRequest(url), toCall(url))
        const text =
          (begun ? encoder.chunk(SOME) : '') + encoder.error(new GatewayError('bad_upstream', 'It broke'))
        assert.match(suite.read(url, text).error ?? '', /It broke/)
      }
    })

    add(`encodeStream() at ${url} is not disturbed by heartbeats before, between and after chunks`, () => {
      const plain = codec.encodeStream(toRequest(url), toCall(url))
      const alive = codec.encodeStream(toRequest(url), toCall(url))
      const expected = plain.chunk(SOME) + plain.chunk(LAST) + plain.end()
      const beat = () => alive.heartbeat()
      const text = [beat(), alive.chunk(SOME), beat(), beat(), alive.chunk(LAST), beat(), alive.end()].join(
        '',
      )
      assert.notEqual(beat(), '')
      assert.deepEqual(suite.read(url, text), suite.read(url, expected))
    })
  }
  return cases
}

const SOME: GenerateContentResponse = {
  candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'some' }] } }],
}

const LAST: GenerateContentResponse = {
  candidates: [{ index: 0, content: { role: 'model', parts: [{ text: ' more' }] }, finishReason: 'STOP' }],
}

function toRequest(path: string): ProtocolRequest {
  return { id: 'req_1', method: 'POST', url: new URL(path, 'http://localhost'), headers: new Headers() }
}

function toCall(path: string): Call {
  return {
    id: 'req_1',
    at: 1_800_000_000_000,
    protocol: 'any',
    operation: 'generateContent',
    model: 'gemini-3.8-flash',
    stream: true,
    client: 'tester',
    headers: toRequest(path).headers,
    request: {},
    notes: [],
    signal: new AbortController().signal,
  }
}

async function encode(codec: Codec, url: string, recorded: Uint8Array, size: number): Promise<string> {
  const lateness = createLateness(60_000)
  const reading = await readToCommitPoint(
    openEventStream(toAnswer(recorded, size)),
    lateness,
    createRedactor(),
    () => {},
    true,
  )
  lateness.cancel()
  assert.ok(reading.ok, 'the recording is an answer')
  const frames = createFrameSource(reading.value, createRedactor())
  return encodeFrames(codec.encodeStream(toRequest(url), toCall(url)), frames)
}

async function encodeFrames(
  encoder: StreamEncoder,
  source: ReturnType<typeof createFrameSource>,
): Promise<string> {
  let text = ''
  for (let frames = await source.next(); frames; frames = await source.next()) {
    for (const chunk of frames.flatMap(source.chunksOf)) text += encoder.chunk(deepFreeze(chunk))
  }
  return text + encoder.end()
}

/** An answer that comes in pieces of `size` bytes. */
export function toAnswer(bytes: Uint8Array, size: number): Answer {
  let position = 0
  return {
    status: 200,
    headers: new Headers({ 'content-type': 'text/event-stream' }),
    async read() {
      if (position >= bytes.length) return undefined
      position += size
      return bytes.slice(position - size, position)
    },
    bytes: async () => new Uint8Array(bytes),
    end() {},
  }
}

/** The same stream as a server with other line ends would write it. */
function withLineFeeds(bytes: Uint8Array): Uint8Array {
  return new TextEncoder().encode(new TextDecoder().decode(bytes).replaceAll('\r\n', '\n'))
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}

/** The chunks of a text of server-sent events. */
export function eventsOf(text: string): unknown[] {
  return text
    .split(/\r\n\r\n|\n\n/)
    .filter((event) => event.startsWith('data:'))
    .map((event) => parseReply(event.slice(5)))
}
