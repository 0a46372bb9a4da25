import type { UsageMetadata } from '../canonical.ts'
import { joinBytes } from '../http/join-bytes.ts'
import { toClientHeaders } from '../http/passed-headers.ts'
import type { Redactor } from '../log/redactor.ts'
import { namesMade } from '../ownership/names-made.ts'
import type { Ownership } from '../ownership/ownership.ts'
import type { NativeTarget } from '../plugin.ts'
import { errorIn, parseReply, toErrorFault } from './answer-faults.ts'
import { createEventFrames, eventData } from './event-frames.ts'
import type { Flight } from './flight.ts'
import type { KeyLoop, Reading } from './key-loop.ts'
import { passOn } from './relay.ts'
import type { Answer, UpstreamRequest } from './upstream.ts'
import { readShortReply } from './whole-reply.ts'

export interface MakingOptions {
  readonly keyLoop: KeyLoop
  readonly redactor: Redactor
  readonly ownership: Ownership
}

/** An answer of which as much was read as tells of resources. */
interface Begun {
  readonly answer: Answer
  readonly bytes: Uint8Array<ArrayBuffer>
  /** JSON that may name resources; undefined where nothing was read. */
  readonly told: unknown
  readonly isWhole: boolean
}

/**
 * Relays an answer that may tell of resources: whose they are is kept before the client hears of them. JSON is
 * read whole for that, a stream up to its first event; an event that is an error moves the call to another key.
 */
export async function answerMaking(
  flight: Flight,
  upstream: UpstreamRequest,
  target: NativeTarget,
  { keyLoop, redactor, ownership }: MakingOptions,
): Promise<Response> {
  const { trace, head } = flight
  flight.outliveAnswer()
  const begun = await keyLoop.run(upstream, trace, flight.leaving, (answer) => begin(answer, redactor))
  await trace.waiting(keep(begun.told))
  if (!begun.isWhole) return passOn(flight, begun.answer, begun.bytes)
  trace.usage ??= usageOf(begun.told)
  flight.bodies.sent(begun.bytes)
  const { status, headers } = begun.answer
  flight.finish(status)
  return new Response(BODILESS.has(status) ? null : begun.bytes, {
    status,
    headers: { ...toClientHeaders(headers), ...flight.headers() },
  })

  async function keep(told: unknown): Promise<void> {
    const { resource, removes, collection = '' } = target
    if (removes && resource !== undefined) await ownership.forget(head.client, resource)
    else if (trace.key) await ownership.learn(head.client, trace.key, namesMade(told, collection))
  }
}

const BODILESS = new Set([204, 205, 304])

async function begin(answer: Answer, redactor: Redactor): Promise<Reading<Begun>> {
  const type = answer.headers.get('content-type') ?? ''
  if (type.startsWith('text/event-stream')) return beginStream(answer, redactor)
  if (!type.includes('json') && !BODILESS.has(answer.status))
    return { ok: true, value: { answer, bytes: new Uint8Array(), told: undefined, isWhole: false } }
  return beginJson(answer, redactor)
}

/** A longer answer holds what a batch came to, not what it made. */
const LONGEST_TOLD = 16 * 1024 * 1024

async function beginJson(answer: Answer, redactor: Redactor): Promise<Reading<Begun>> {
  const read: Uint8Array[] = []
  let length = 0
  for (let piece = await answer.read(); piece; piece = await answer.read()) {
    read.push(piece)
    length += piece.length
    if (length > LONGEST_TOLD)
      return { ok: true, value: { answer, bytes: join(read), told: undefined, isWhole: false } }
  }
  const bytes = join(read)
  const reading = await readShortReply({ ...answer, bytes: async () => bytes }, redactor)
  return reading.ok
    ? { ok: true, value: { answer, bytes, told: parseReply(decode(bytes)), isWhole: true } }
    : reading
}

/** Reads until an event has come that is none of a heartbeat's. */
async function beginStream(answer: Answer, redactor: Redactor): Promise<Reading<Begun>> {
  const events = createEventFrames()
  const read: Uint8Array[] = []
  for (let piece = await answer.read(); piece; piece = await answer.read()) {
    read.push(piece)
    const told = events.push(piece).map(eventData).find(Boolean)
    if (told === undefined) continue
    const event = parseReply(told)
    const error = errorIn(event)
    if (error) return { ok: false, fault: toErrorFault(error, redactor) }
    const { interaction } = (event ?? {}) as Record<string, unknown>
    return {
      ok: true,
      value: {
        answer,
        bytes: join(read),
        told: interaction ?? event,
        isWhole: false,
      },
    }
  }
  return {
    ok: true,
    value: { answer, bytes: join(read), told: undefined, isWhole: false },
  }
}

/** What the Interactions API says of tokens, in the words of the others. */
function usageOf(told: unknown): UsageMetadata | undefined {
  const { usage } = (told ?? {}) as { usage?: Record<string, unknown> }
  if (typeof usage !== 'object' || usage === null) return undefined
  const count = (name: string) => (typeof usage[name] === 'number' ? usage[name] : undefined)
  return {
    promptTokenCount: count('total_input_tokens'),
    candidatesTokenCount: count('total_output_tokens'),
    thoughtsTokenCount: count('total_thought_tokens'),
    cachedContentTokenCount: count('total_cached_tokens'),
    toolUsePromptTokenCount: count('total_tool_use_tokens'),
    totalTokenCount: count('total_tokens'),
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joinBytes([...pieces]) as Uint8Array<ArrayBuffer>
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
