import type { UsageMetadata } from '../canonical.ts'
import { type Fault, ruleOf } from '../fault.ts'
import { classifyAnswer } from '../faults/classify.ts'
import type { Key, KeyQuery, UpstreamName } from '../keys.ts'
import type { Redactor } from '../log/redactor.ts'
import type { Lease } from '../pool/lease.ts'
import type { Pool } from '../pool/pool.ts'
import type { TokenEstimates } from '../quota/token-estimates.ts'
import type { Way, WayError } from '../ways/way.ts'
import type { Ways } from '../ways/ways.ts'
import type { Breakers } from './breaker.ts'
import { throughWay, toConnectionFault } from './connection-fault.ts'
import { createGate, type Gate } from './gate.ts'
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
  /** Google's service that the keys of the pool are for. */
  readonly service: UpstreamName
  readonly pool: Pool
  readonly tokens: TokenEstimates
  readonly upstream: Upstream
  readonly breakers: Breakers
  readonly ways: Ways
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

/** One attempt: with which key, which way, and how long the call had waited for it, in milliseconds. */
interface Going {
  readonly lease: Lease
  readonly way: Way
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
      trace.upstream = options.service
      const query = toQuery(request)
      const gate = createGate(options.breakers, pool, query, options.ways)
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
    let passedOver = 0
    for (;;) {
      trace.census ??= pool.census(query)
      if (leaving.aborted) throw clientGone()
      const lease = pool.take(query, tried, spent)
      if (!lease) throw nothingLeft(pool, query, trace, now())
      const { key } = lease
      const way = gate.wayFor(key)
      if (way === undefined && ++passedOver < Math.min(REMEMBERED, pool.distinctUsable(query))) {
        passOver(lease, tried)
        continue
      }
      const going = { lease, way: way ?? (await lastWay(walk, lease)), waited }
      const reading = await attempt(walk, going, read)
      if (reading.ok) {
        lease.settle({ ok: true })
        gate.succeeded()
        return reading.value
      }
      const { fault } = reading
      if (ruleOf(fault).charge === 'project-and-model')
        spent.add(key.project).add(fault.project ?? key.project)
      const isElsewhere = ruleOf(fault).charge === 'way-out' && gate.hasOtherWay() && patience.allows(fault)
      const next = isElsewhere ? 0 : patience.after(fault)
      const pause = request.isSpent?.() ? undefined : next
      if (pause === undefined) throw toRefusal(fault)
      if (elapsed() + pause >= deadline) throw outOfTime(fault, trace, options.deadlineMilliseconds)
      if (!isElsewhere && patience.isTried(fault) && !(await trace.waiting(gate.closesSoon())))
        throw toRefusal(fault)
      if (pause > 0) await trace.waiting(options.wait(pause, leaving))
      waited = pause
      remember(tried, key)
    }
  }

  /** Nobody is charged: all of the key's ways are in doubt, and others may have better ones. */
  function passOver(lease: Lease, tried: Key[]): void {
    lease.settle({ ok: false, ...NOT_SENT })
    remember(tried, lease.key)
  }

  async function lastWay({ gate, trace }: Walk, lease: Lease): Promise<Way> {
    try {
      return await trace.waiting(gate.lastWayFor(lease.key))
    } catch (thrown) {
      lease.settle({ ok: false, ...NOT_SENT })
      throw thrown
    }
  }

  function toQuery({ model, weight, affinity, project, keyId }: UpstreamRequest): KeyQuery {
    const isWeighed = model !== undefined && weight !== undefined
    const tokens = isWeighed ? options.tokens.estimate(model, weight) : 0
    return { model, tokens, affinity, project, keyId }
  }

  async function attempt<T>(walk: Walk, going: Going, read: Reader<T>): Promise<Reading<T>> {
    const { lease, way } = going
    const begun = performance.now()
    walk.trace.attempts++
    walk.trace.key = lease.key
    walk.trace.way = way.name
    walk.trace.ended = (usage) => ended(walk.request, lease, usage)
    const reading = await walk.trace.waiting(tryOnce(walk, going, read, begun))
    if (!reading.ok) charge(walk, going, reading.fault, begun)
    return reading
  }

  /** The call is over, in whatever way. */
  function ended({ model, weight }: UpstreamRequest, lease: Lease, usage: UsageMetadata | undefined): void {
    lease.ended(usage)
    if (model !== undefined && weight !== undefined && usage?.promptTokenCount !== undefined)
      options.tokens.learn(model, weight, usage.promptTokenCount)
  }

  async function tryOnce<T>(walk: Walk, going: Going, read: Reader<T>, begun: number): Promise<Reading<T>> {
    const { leaving } = walk
    const { lease, way } = going
    let answer: Answer | undefined
    try {
      answer = await options.upstream.open(lease.key, walk.request, leaving, way)
      if (answer.status >= 400) return { ok: false, fault: await readFault(answer, walk.gate, way) }
      walk.gate.reached(way)
      const reading = await read(answer, (fault) => {
        if (!leaving.aborted) charge(walk, going, throughWay(fault, way), begun)
      })
      if (!reading.ok) answer.end()
      return reading
    } catch (thrown) {
      answer?.end()
      if (leaving.aborted) throw clientGone()
      const fault = toConnectionFault(thrown, answer !== undefined, way)
      if (!fault) throw thrown // our own failure, or a plugin's, is none of Google's
      return { ok: false, fault }
    }
  }

  function charge({ gate, trace }: Walk, { lease, way, waited }: Going, fault: Fault, begun: number): void {
    const { key } = lease
    lease.settle({ ok: false, ...fault })
    gate.failed(key, fault, way)
    const text = redactor.text(fault.text).slice(0, TEXT_LIMIT)
    if (ruleOf(fault).charge === 'way-out') noteError(way, { at: now(), kind: fault.kind, text }, key)
    trace.failures.push({
      at: now(),
      keyId: key.id,
      project: key.project,
      way: way.name,
      fault: fault.kind,
      status: fault.status,
      googleStatus: fault.error?.status,
      text,
      waitMilliseconds: Math.round(waited),
      durationMilliseconds: Math.round(performance.now() - begun),
    })
  }

  async function readFault(answer: Answer, gate: Gate, way: Way): Promise<Fault> {
    const text = redactor.text(new TextDecoder().decode(await answer.bytes()))
    const contentType = answer.headers.get('content-type') ?? ''
    const fault = classifyAnswer({ status: answer.status, contentType, text })
    if (ruleOf(fault).charge !== 'way-out') gate.reached(way)
    return fault
  }
}

function noteError({ health }: Way, error: WayError, { id }: Key): void {
  health.verdict = 'failed'
  health.lastError = error
  health.lastKeyId = id
}

function remember(tried: Key[], key: Key): void {
  if (tried.push(key) > REMEMBERED) tried.shift()
}

/** What becomes of a key that was lent and not used. */
const NOT_SENT: Fault = { kind: 'proxy_failed', status: 0, reason: 'No way out is closed', text: '' }
