import type { GatewayError } from '../errors.ts'
import { type ByteShare, createByteShare } from '../http/byte-share.ts'
import type { Exchange } from '../http/exchange.ts'
import type { BodyLimits, RequestBody } from '../http/request-body.ts'
import { bothEnds } from '../log/both-ends.ts'
import type { Log } from '../log/log.ts'
import type { Destination } from '../ownership/ownership.ts'
import type { Call, CallResult, Decoded, Head } from '../plugin.ts'
import type { Census } from '../pool/census.ts'
import type { CallWeight } from '../quota/call-weight.ts'
import type { RequestRecord } from '../store.ts'
import { registerFlight } from './flights.ts'
import type { KeptBodies } from './kept-bodies.ts'
import { createTrace, type Trace } from './trace.ts'

/** One call in the air: what happened to it, whether its client is still there, and its one end. */
export interface Flight {
  readonly exchange: Exchange
  readonly trace: Trace
  /** Aborted when the client has left. */
  readonly leaving: AbortSignal
  head: Head
  notes: readonly string[]
  /** Keeps what came from the client, and what went to it piece by piece, where the request log wants bodies. */
  readonly bodies: KeptBodies
  /** The request's bytes, as long as an attempt may need them. */
  body: RequestBody | undefined
  /** What the request's bytes weigh, for the quota. */
  weight: CallWeight | undefined
  /** Where the resources are that the request names. */
  place: Destination | undefined
  /** The request's bytes, for the one who decodes them: the flight keeps their share of the budget, not them. */
  takeBytes(): Uint8Array
  /** Counts bytes that were made for this call, until `release`; throws `overloaded` where they are too many. */
  hold(count: number): void
  /** Lets go of the request's bytes, and of what else it holds; safe to call twice. */
  release(): void
  /** To be called where something may run on when the answer goes out, so that `leave` ends it; a plain call is spared that. */
  outliveAnswer(): void
  leave(): void
  /** Headers that tell of the call, as known now. */
  headers(): Record<string, string>
  /** What the client is to be told in an error's place. */
  told(error: GatewayError): GatewayError
  /** Ends the call; later calls of it do nothing. */
  finish(status: number, error?: GatewayError): void
}

export interface FlightOptions {
  readonly log: Log
  /** Their budget is shared by all that is held in memory. */
  readonly limits: Pick<BodyLimits, 'budget'>
  /** Keeps the bodies of one call. */
  keepBodies(): KeptBodies
  record(row: RequestRecord): void
}

/** Follows one call from its arrival to its end. */
export function openFlight(exchange: Exchange, head: Head, options: FlightOptions): Flight {
  exchange.plugins.hold()
  return new CallFlight(exchange, head, options)
}

/** A class, since thousands are made in a second: its methods are made once. */
class CallFlight implements Flight {
  readonly exchange: Exchange
  readonly trace = createTrace()
  readonly bodies: KeptBodies
  head: Head
  notes: readonly string[] = []
  body: RequestBody | undefined = undefined
  weight: CallWeight | undefined = undefined
  place: Destination | undefined = undefined
  readonly leave = () => this.#leaving?.abort()
  readonly #options: FlightOptions
  #leaving: AbortController | undefined = undefined
  #made: ByteShare | undefined = undefined
  #isFinished = false

  constructor(exchange: Exchange, head: Head, options: FlightOptions) {
    this.exchange = exchange
    this.head = head
    this.bodies = options.keepBodies()
    this.#options = options
  }

  get leaving() {
    return this.#leaving?.signal ?? this.exchange.request.signal
  }

  takeBytes() {
    const { bytes = EMPTY, release = () => {} } = this.body ?? {}
    this.body = { bytes: EMPTY, release }
    return bytes
  }

  hold(count: number) {
    this.#made ??= createByteShare(this.#options.limits.budget)
    this.#made.take(count)
  }

  release() {
    this.#made?.release()
    this.body?.release()
    this.body = undefined
  }

  outliveAnswer() {
    if (this.#leaving) return
    this.#leaving = new AbortController()
    const { signal } = this.exchange.request
    if (signal.aborted) this.leave()
    else signal.addEventListener('abort', this.leave, { once: true })
  }

  headers() {
    const { attempts, fallback } = this.trace
    const own = performance.now() - this.exchange.startedAt - this.trace.waited()
    const headers: Record<string, string> = {
      'x-geminate-attempts': String(attempts),
      'x-geminate-overhead-ms': Math.max(0, own).toFixed(2),
    }
    const notes = [...this.notes, ...this.trace.notes, ...(fallback ? [fallback.note] : [])]
    if (notes.length > 0) headers['x-geminate-notes'] = toHeaderText(toNoteText(notes))
    return headers
  }

  told(error: GatewayError) {
    return this.exchange.plugins.hooks.error(error, this.head)
  }

  finish(status: number, error?: GatewayError) {
    if (this.#isFinished) return
    this.#isFinished = true
    const { plugins, request } = this.exchange
    if (this.#leaving) request.signal.removeEventListener('abort', this.leave)
    this.release()
    this.trace.ended(this.trace.usage)
    const result = toResult(this, status, error)
    this.#options.record(toRecord(this, result))
    const told = plugins.hooks.finished(this.head, result)
    if (told) told.finally(plugins.release)
    else plugins.release()
    logEnd(this.#options.log, this, result)
  }
}

const EMPTY = new Uint8Array(0)

/** The call that hooks and codecs see. */
export function toCall(flight: Flight, { request, notes = [], asked, session }: Decoded): Call {
  registerFlight(flight)
  return { ...flight.head, request, notes, asked, session, signal: flight.leaving }
}

function toResult(flight: Flight, status: number, error: GatewayError | undefined): CallResult {
  const { trace, exchange } = flight
  return {
    status,
    error,
    attempts: trace.attempts,
    keyId: trace.key?.id,
    usage: trace.usage,
    firstTokenMilliseconds:
      trace.firstTokenAt === undefined ? undefined : Math.round(trace.firstTokenAt - exchange.startedAt),
    durationMilliseconds: Math.round(performance.now() - exchange.startedAt),
  }
}

function toRecord(flight: Flight, result: CallResult): RequestRecord {
  const { head, exchange, trace } = flight
  return {
    id: exchange.id,
    at: exchange.at,
    client: head.client,
    protocol: head.protocol,
    operation: head.operation,
    model: shownModel(head),
    answeredBy: trace.fallback?.model,
    stream: head.stream,
    status: result.status,
    errorKind: result.error?.kind,
    keyId: result.keyId,
    project: trace.key?.project,
    upstream: trace.upstream,
    way: trace.way,
    address: exchange.address || undefined,
    attempts: result.attempts,
    usableKeys: trace.census?.usable,
    totalKeys: trace.census?.total,
    outKeys: trace.census && outOf(trace.census),
    notes: toNoteText([...flight.notes, ...trace.notes]) || undefined,
    promptTokens: result.usage?.promptTokenCount,
    outputTokens: result.usage?.candidatesTokenCount,
    thoughtTokens: result.usage?.thoughtsTokenCount,
    cachedTokens: result.usage?.cachedContentTokenCount,
    totalTokens: result.usage?.totalTokenCount,
    firstTokenMilliseconds: result.firstTokenMilliseconds,
    durationMilliseconds: result.durationMilliseconds,
    requestBody: flight.bodies.request(),
    replyBody: flight.bodies.reply(),
    failures: trace.failures,
  }
}

function outOf({ out }: Census): string | undefined {
  const counts = Object.entries(out).map(([why, keys]) => `${keys} ${why}`)
  return counts.join(', ') || undefined
}

/** Clients may send anything as a model's name; the logs keep what a person can read. */
function shownModel({ model }: Head): string | undefined {
  return model.slice(0, 200) || undefined
}

/** Calls that went well are in the request log; the text log tells of the others. */
function logEnd(log: Log, flight: Flight, { status, error, attempts }: CallResult): void {
  const { head, trace } = flight
  const faults = bothEnds(trace.failures).map(({ keyId, fault, status: upstream }) => ({
    keyId,
    fault,
    status: upstream,
  }))
  const fields = {
    id: head.id,
    client: head.client,
    model: shownModel(head),
    answeredBy: trace.fallback?.model,
    status,
    attempts,
    kind: error?.kind,
    faults,
  }
  if (error?.kind === 'internal') log.error({ ...fields, err: error.cause ?? error }, error.message)
  else if (error && error.kind !== 'client_gone') log.info(fields, error.message)
  else if (faults.length > 0 || trace.fallback) log.info(fields, 'Answered after failed attempts')
  else log.debug(fields, 'Answered')
}

/** Notes as one text. Clients and proxies have little room for headers: some no more than 4 KB for all. */
function toNoteText(notes: readonly string[]): string {
  const text = notes.join('; ')
  return text.length <= LONGEST_NOTES ? text : `${text.slice(0, LONGEST_NOTES)}...`
}

const LONGEST_NOTES = 2_000

/** Header values are Latin-1 without line breaks. */
function toHeaderText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
