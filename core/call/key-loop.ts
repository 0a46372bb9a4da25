import { GatewayError } from '../errors.ts'
import { type Fault, ruleOf } from '../fault.ts'
import type { Key, KeyQuery } from '../keys.ts'
import type { Redactor } from '../log/redactor.ts'
import type { Breakers } from '../pool/breaker.ts'
import { classifyAnswer } from '../pool/classify.ts'
import type { Pool } from '../pool/pool.ts'
import { toRefusal } from './refusal.ts'
import type { Trace } from './trace.ts'
import { type Answer, SilenceError, type Upstream, type UpstreamRequest } from './upstream.ts'

/** What reading an accepted answer came to: its value, or a fault that sends the call to another key. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault }

export interface KeyLoopOptions {
  readonly pool: Pool
  readonly upstream: Upstream
  readonly breakers: Breakers
  readonly redactor: Redactor
  readonly deadlineMilliseconds: number
  readonly now: () => number
  readonly random: () => number
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** Tries keys until one answers. Rejects with the GatewayError that the client is to see. */
export interface KeyLoop {
  /** `read` makes a value of an accepted answer; with `charge` it reports what goes wrong after that. */
  run<T>(
    request: UpstreamRequest,
    trace: Trace,
    leaving: AbortSignal,
    read: (answer: Answer, charge: (fault: Fault) => void) => Promise<Reading<T>>,
  ): Promise<T>
}

/** Attempts after an overload: this many within `FEW_WINDOW`, then on at that pace as far as the breakers allow. */
const FEW = 4
const FEW_WINDOW = 3_000
const FEW_IN_ALL = 10
/** How long a call that has failed often waits for an open breaker to close. */
const MOMENT = 250
/** Repetitions after an attempt that ended without content. */
const TWICE = 2
/** A call remembers this many keys as tried; the pool itself keeps out those that must not be used. */
const REMEMBERED = 16
const WAY_OUT = 'way-out:direct'
const TEXT_LIMIT = 2_048

/** The loop over keys: no call fails while a usable key is left and its deadline has not passed. */
export function createKeyLoop(options: KeyLoopOptions): KeyLoop {
  const { pool, breakers, now } = options

  return {
    async run(request, trace, leaving, read) {
      const query: KeyQuery = { model: request.model }
      const scopes = [`model:${request.model ?? ''}`, WAY_OUT]
      const trials = await passBreakers(scopes)
      const deadline = now() + options.deadlineMilliseconds
      const patience = createPatience()
      const tried: Key[] = []
      try {
        for (;;) {
          if (leaving.aborted) throw clientGone()
          const key = pool.pick(query, tried)
          if (!key) throw nothingLeft(query, trace)
          const reading = await attempt(key)
          if (reading.ok) {
            pool.settle(key, query, { ok: true })
            for (const scope of scopes) breakers.succeeded(scope)
            return reading.value
          }
          const pause = patience.after(reading.fault)
          if (pause === undefined) throw toRefusal(reading.fault)
          if (now() + pause >= deadline) throw outOfTime(reading.fault, trace)
          if (patience.isLong() && !(await closeSoon(scopes))) throw toRefusal(reading.fault)
          if (pause > 0) await options.wait(pause, leaving)
          if (tried.push(key) > REMEMBERED) tried.shift()
        }
      } finally {
        for (const scope of trials) breakers.trialEnded(scope)
      }

      async function attempt(key: Key) {
        const begun = performance.now()
        trace.attempts++
        trace.key = key
        const reading = await tryOnce(key)
        const took = performance.now() - begun
        trace.upstreamMilliseconds += took
        if (!reading.ok) charge(key, reading.fault, took)
        return reading
      }

      async function tryOnce(key: Key) {
        let answer: Answer | undefined
        try {
          answer = await options.upstream.open(key, request, leaving)
          if (answer.status >= 200 && answer.status < 300)
            return await endUnlessOk(answer, await read(answer, chargeLater(key)))
          return { ok: false as const, fault: await readFault(answer) }
        } catch (thrown) {
          answer?.end()
          if (leaving.aborted) throw clientGone()
          if (thrown instanceof GatewayError) throw thrown
          return { ok: false as const, fault: toConnectionFault(thrown, answer !== undefined) }
        }
      }

      function chargeLater(key: Key) {
        const begun = performance.now()
        return (fault: Fault) => {
          if (!leaving.aborted) charge(key, fault, performance.now() - begun)
        }
      }

      function charge(key: Key, fault: Fault, took: number) {
        pool.settle(key, query, { ok: false, ...fault })
        const charged = ruleOf(fault).charge
        if (charged === 'model') breakers.failed(scopes[0]!, key.id, fault.kind, pool.distinctUsable(query))
        if (charged === 'way-out') breakers.failed(scopes[1]!, key.id, fault.kind, pool.distinctUsable(query))
        trace.failures.push({
          at: now(),
          keyId: key.id,
          project: key.project,
          fault: fault.kind,
          status: fault.status,
          googleStatus: fault.error?.status,
          text: options.redactor.text(fault.text).slice(0, TEXT_LIMIT),
          durationMilliseconds: Math.round(took),
        })
      }

      /** How long to wait before the next attempt; undefined ends the call. */
      function createPatience() {
        const few: number[] = []
        let again = 0
        return {
          isLong: () => few.length >= FEW,
          after(fault: Fault): number | undefined {
            switch (nextAfter(fault)) {
              case 'answer':
                return undefined
              case 'another':
                return 0
              case 'twice':
                return ++again > TWICE ? undefined : 0
              case 'few':
                few.push(now())
                return pauseAfter(few)
            }
          },
        }
      }

      function nextAfter(fault: Fault) {
        const { next } = ruleOf(fault)
        return next === 'few' && !request.repeatable && fault.status === 0 ? 'answer' : next
      }

      function pauseAfter(few: readonly number[]): number | undefined {
        if (few.length === 1) return 0
        if (few.length < FEW) return options.random() * 250 * (few.length - 1)
        if (few.length >= FEW_IN_ALL) return undefined
        return Math.max(0, few.at(-FEW)! + FEW_WINDOW - now()) + options.random() * 100
      }
    },
  }

  /** The scopes that this call is the trial of. */
  async function passBreakers(scopes: readonly string[]): Promise<string[]> {
    const trials: string[] = []
    for (const scope of scopes) {
      if (breakers.isClosed(scope)) continue
      const pass = await breakers.enter(scope)
      if (pass === 'trial') trials.push(scope)
      if (pass !== 'refuse') continue
      for (const trial of trials) breakers.trialEnded(trial)
      throw new GatewayError(
        'overloaded',
        scope === WAY_OUT
          ? 'Google cannot be reached: the last attempts with different keys all failed alike; trying again every second'
          : 'The model is failing at Google: the last attempts with different keys all failed alike; trying again every second',
        { retryAfterSeconds: 1 },
      )
    }
    return trials
  }

  /** What a key is refused for is not the client's to hear as an answer to its request. */
  function outOfTime(fault: Fault, trace: Trace): GatewayError {
    if (ruleOf(fault).next !== 'another') return toRefusal(fault)
    const seconds = options.deadlineMilliseconds / 1000
    return new GatewayError(
      'overloaded',
      `No key answered within ${seconds} s; ${trace.attempts} were tried`,
      {
        retryAfterSeconds: 1,
      },
    )
  }

  /** Whether the breakers are closed, or will be in a moment, as they are when failures strike by chance. */
  async function closeSoon(scopes: readonly string[]): Promise<boolean> {
    const closed = await Promise.all(scopes.map((scope) => breakers.closesWithin(scope, MOMENT)))
    return closed.every(Boolean)
  }

  async function readFault(answer: Answer): Promise<Fault> {
    const text = options.redactor.text(new TextDecoder().decode(await answer.bytes()))
    return classifyAnswer({
      status: answer.status,
      contentType: answer.headers.get('content-type') ?? '',
      text,
    })
  }

  function nothingLeft(query: KeyQuery, trace: Trace): GatewayError {
    const at = pool.returnsAt(query)
    const model = query.model ? ` for ${query.model}` : ''
    if (at !== undefined) {
      const seconds = Math.max(1, Math.ceil((at - now()) / 1000))
      return new GatewayError(
        'rate_limited',
        `All ${pool.total} keys are resting${model}; the first returns in ${seconds} s (${trace.attempts} tried for this call)`,
        { retryAfterSeconds: seconds },
      )
    }
    if (pool.total === 0) {
      return new GatewayError(
        'no_available_keys',
        'The gateway has no keys yet: add some under "keys" in its config',
      )
    }
    return new GatewayError(
      'no_available_keys',
      `None of the ${pool.total} keys can be used${model}, and none returns by itself; the key list says why`,
    )
  }
}

async function endUnlessOk<T>(answer: Answer, reading: Reading<T>): Promise<Reading<T>> {
  if (!reading.ok) answer.end()
  return reading
}

/** No answer came, or it broke off before it was one. */
function toConnectionFault(thrown: unknown, answered: boolean): Fault {
  if (thrown instanceof SilenceError) {
    return { kind: 'model_timeout', status: 0, reason: thrown.message, text: thrown.message }
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return answered
    ? { kind: 'cut_off', status: 0, reason: 'Google broke the answer off', text }
    : { kind: 'connection_failed', status: 0, reason: 'No connection to Google', text }
}

function clientGone(): GatewayError {
  return new GatewayError('client_gone', 'The client has left')
}
