import type { UsageMetadata } from '../canonical.ts'
import { type Fault, ruleOf } from '../fault.ts'
import { classifyAnswer } from '../faults/classify.ts'
import type { Key, KeyQuery } from '../keys.ts'
import type { Redactor } from '../log/redactor.ts'
import type { Lease } from '../pool/lease.ts'
import type { Pool } from '../pool/pool.ts'
import type { TokenEstimates } from '../quota/token-estimates.ts'
import type { Breakers } from './breaker.ts'
import { createGate, type Gate } from './gate.ts'
import { ConnectionError, SilenceError } from './line.ts'
import { createPatience } from './patience.ts'
import { clientGone, nothingLeft, outOfTime, toRefusal } from './refusal.ts'
import type { Trace } from './trace.ts'
import type { Answer, Upstream, UpstreamRequest } from './upstream.ts'

/** What reading an accepted answer came to: its value, or a fault that sends the call to another key. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault }

/** Makes a value of an accepted answer; `charge` reports what goes wrong with it after that. */
export type Reader<T> = (answer: Answer, charge: (fault: Fault) => void) => Promise<Reading<T>>

export interface KeyLoopOptions {
  readonly pool: Pool
  readonly tokens: TokenEstimates
  readonly upstream: Upstream
  readonly breakers: Breakers
  readonly redactor: Redactor
  readonly deadlineMilliseconds: number
  /** Milliseconds since 1970, as the pool counts. */
  readonly now: () => number
  /** Milliseconds on a clock that never goes back, for deadlines and pauses. */
  readonly elapsed: () => number
  readonly random: () => number
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** Tries keys until one answers. Rejects with the GatewayError that the client is to see. */
export interface KeyLoop {
  run<T>(request: UpstreamRequest, trace: Trace, leaving: AbortSignal, read: Reader<T>): Promise<T>
}

/** What belongs to one call while it goes from key to key. */
interface Walk {
  readonly request: UpstreamRequest
  readonly query: KeyQuery
  readonly trace: Trace
  readonly leaving: AbortSignal
  readonly gate: Gate
}

/** When an attempt began, and how long the call had waited for it, in milliseconds. */
interface Beginning {
  /** By `performance.now()`. */
  readonly at: number
  readonly waited: number
}

/** A call remembers this many keys as tried; the pool itself keeps out those that must not be used. */
const REMEMBERED = 16
const TEXT_LIMIT = 2_048

/** The loop over keys: no call fails while a usable key is left and its deadline has not passed. */
export function createKeyLoop(options: KeyLoopOptions): KeyLoop {
  const { pool, now, elapsed, random, redactor } = options

  return {
    async run(request, trace, leaving, read) {
      const query = toQuery(request)
      const gate = createGate(options.breakers, pool, query)
      try {
        await trace.waiting(gate.pass())
        return await walkOverKeys({ request, query, trace, leaving, gate }, read)
      } finally {
        gate.leave()
      }
    },
  }

  async function walkOverKeys<T>(walk: Walk, read: Reader<T>): Promise<T> {
    const { request, query, trace, leaving, gate } = walk
    const deadline = elapsed() + options.deadlineMilliseconds
    const hasModel = request.model !== undefined
    const patience = createPatience({ repeatable: request.repeatable, hasModel, elapsed, random })
    const tried: Key[] = []
    // Projects that have told this call already that their quota is spent, even if they have rested since.
    const spent = new Set<string>()
    let waited = 0
    for (;;) {
      trace.census ??= pool.census(query)
      if (leaving.aborted) throw clientGone()
      const lease = pool.take(query, tried, spent)
      if (!lease) throw nothingLeft(pool, query, trace, now())
      const { key } = lease
      const reading = await attempt(walk, lease, waited, read)
      if (reading.ok) {
        lease.settle({ ok: true })
        gate.succeeded()
        return reading.value
      }
      const { fault } = reading
      if (ruleOf(fault).charge === 'project-and-model')
        spent.add(key.project).add(fault.project ?? key.project)
      const pause = patience.after(fault)
      if (pause === undefined) throw toRefusal(fault)
      if (elapsed() + pause >= deadline) throw outOfTime(fault, trace, options.deadlineMilliseconds)
      if (patience.isTried(fault) && !(await trace.waiting(gate.closesSoon()))) throw toRefusal(fault)
      if (pause > 0) await trace.waiting(options.wait(pause, leaving))
      waited = pause
      if (tried.push(key) > REMEMBERED) tried.shift()
    }
  }

  function toQuery({ model, weight, affinity }: UpstreamRequest): KeyQuery {
    const isWeighed = model !== undefined && weight !== undefined
    return { model, tokens: isWeighed ? options.tokens.estimate(model, weight) : 0, affinity }
  }

  async function attempt<T>(walk: Walk, lease: Lease, waited: number, read: Reader<T>): Promise<Reading<T>> {
    const begun: Beginning = { at: performance.now(), waited }
    walk.trace.attempts++
    walk.trace.key = lease.key
    walk.trace.ended = (usage) => ended(walk.request, lease, usage)
    const reading = await walk.trace.waiting(tryOnce(walk, lease, read, begun))
    if (!reading.ok) charge(walk, lease, reading.fault, begun)
    return reading
  }

  /** The call is over, in whatever way. */
  function ended({ model, weight }: UpstreamRequest, lease: Lease, usage: UsageMetadata | undefined): void {
    lease.ended(usage)
    if (model !== undefined && weight !== undefined && usage?.promptTokenCount !== undefined)
      options.tokens.learn(model, weight, usage.promptTokenCount)
  }

  async function tryOnce<T>(
    walk: Walk,
    lease: Lease,
    read: Reader<T>,
    begun: Beginning,
  ): Promise<Reading<T>> {
    const { leaving } = walk
    const { key } = lease
    let answer: Answer | undefined
    try {
      answer = await options.upstream.open(key, walk.request, leaving)
      if (answer.status >= 400) return { ok: false, fault: await readFault(answer, walk.gate) }
      walk.gate.reached()
      const reading = await read(answer, (fault) => {
        if (!leaving.aborted) charge(walk, lease, fault, begun)
      })
      if (!reading.ok) answer.end()
      return reading
    } catch (thrown) {
      answer?.end()
      if (leaving.aborted) throw clientGone()
      const fault = toConnectionFault(thrown, answer !== undefined)
      if (!fault) throw thrown // our own failure, or a plugin's, is none of Google's
      return { ok: false, fault }
    }
  }

  function charge({ gate, trace }: Walk, lease: Lease, fault: Fault, begun: Beginning): void {
    const { key } = lease
    lease.settle({ ok: false, ...fault })
    gate.failed(key, fault)
    trace.failures.push({
      at: now(),
      keyId: key.id,
      project: key.project,
      fault: fault.kind,
      status: fault.status,
      googleStatus: fault.error?.status,
      text: redactor.text(fault.text).slice(0, TEXT_LIMIT),
      waitMilliseconds: Math.round(begun.waited),
      durationMilliseconds: Math.round(performance.now() - begun.at),
    })
  }

  async function readFault(answer: Answer, gate: Gate): Promise<Fault> {
    const text = redactor.text(new TextDecoder().decode(await answer.bytes()))
    const contentType = answer.headers.get('content-type') ?? ''
    const fault = classifyAnswer({ status: answer.status, contentType, text })
    if (ruleOf(fault).charge !== 'way-out') gate.reached()
    return fault
  }
}

/** No answer came, or it broke off before it was one; undefined for what is no failure of the connection. */
function toConnectionFault(thrown: unknown, answered: boolean): Fault | undefined {
  if (thrown instanceof SilenceError) {
    return { kind: 'model_timeout', status: 0, reason: thrown.message, text: thrown.message }
  }
  if (!(thrown instanceof ConnectionError)) return undefined
  const text = thrown.message
  return answered
    ? { kind: 'cut_off', status: 0, reason: 'Google broke the answer off', text }
    : { kind: 'connection_failed', status: 0, reason: 'No connection to Google', text }
}
