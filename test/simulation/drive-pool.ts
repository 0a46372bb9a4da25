import { createQuota } from '../../adapters/simulated-google/quota.ts'
import { classifyAnswer } from '../../core/faults/classify.ts'
import type { Key, KeyStrategy, StrategyContext } from '../../core/keys.ts'
import { createDueHeap } from '../../core/pool/due-heap.ts'
import { createPool, type Pool } from '../../core/pool/pool.ts'
import { createPacificDays } from '../../core/quota/pacific-day.ts'
import { createQuotaBook } from '../../core/quota/quota-book.ts'
import { createTokenEstimates } from '../../core/quota/token-estimates.ts'
import { seededRandom } from '../seeded-random.ts'
import type { Arrival, Scenario } from './scenario.ts'

/** What became of a scenario's calls. */
export interface Outcome {
  readonly served: number
  /** Refused by the gateway itself. */
  readonly refused: number
  /** Calls that Google answered with 429 once every limit had had a minute to be learned. */
  readonly wasted: number
  /** Calls sent to Google in that time. */
  readonly sent: number
}

interface Bench {
  readonly pool: Pool
  now(): number
  /** Goes on to a time, and does what is due until then. */
  advance(time: number): void
  after(milliseconds: number, run: () => void): void
}

/** Drives a pool through a scenario in virtual time. */
export function drivePool(
  scenario: Scenario,
  minuteSeconds: number,
  createStrategy: (context: StrategyContext) => KeyStrategy,
): Outcome {
  const bench = createBench(scenario, minuteSeconds, createStrategy)
  const { pool } = bench
  const google = createQuota({ now: bench.now, minuteSeconds })
  for (const limits of scenario.limits) google.limit(limits)
  const estimates = createTokenEstimates()
  const learned = scenario.start + 2 * minuteSeconds * 1000
  const count = { served: 0, refused: 0, wasted: 0, sent: 0 }

  function attempt(call: Arrival, tried: readonly Key[], passed: ReadonlySet<string>): void {
    const weight = { textBytes: call.bytes, mediaTokens: 0 }
    const query = { model: call.model, tokens: estimates.estimate(call.model, weight) }
    const lease = pool.take(query, tried, passed)
    if (!lease) {
      count.refused++
      return
    }
    const { project } = lease.key
    const counts = bench.now() >= learned
    if (counts) count.sent++
    const refusal = google.spend({
      project,
      model: call.model,
      requests: 1,
      tokens: call.tokens,
      counted: 'requests',
    })
    // A refusal comes at once, an answer takes its time.
    bench.after(refusal ? 50 : scenario.latency, () => {
      if (!refusal) {
        count.served++
        lease.settle({ ok: true })
        lease.ended({ promptTokenCount: call.tokens })
        estimates.learn(call.model, weight, call.tokens)
        return
      }
      if (counts) count.wasted++
      const text = JSON.stringify({ error: refusal })
      const answer = { status: refusal.code, contentType: 'application/json', text }
      lease.settle({ ok: false, ...classifyAnswer(answer) })
      attempt(call, [...tried, lease.key], new Set([...passed, project]))
    })
  }

  for (const call of scenario.calls) {
    bench.advance(call.at)
    attempt(call, [], new Set())
  }
  bench.advance(bench.now() + 10 * scenario.latency)
  return count
}

function createBench(
  scenario: Scenario,
  minuteSeconds: number,
  createStrategy: (context: StrategyContext) => KeyStrategy,
): Bench {
  let time = scenario.start
  const now = () => time
  const random = seededRandom(7)
  const due = createDueHeap<{ due: number; run: () => void }>()
  const quotas = createQuotaBook({
    clock: { days: createPacificDays(), lateness: 0 },
    minuteMilliseconds: minuteSeconds * 1000,
    saved: [],
    stated: () => ({}),
  })
  const pool = createPool({
    keys: scenario.projects.map((project) => ({
      id: `key of ${project}`,
      name: undefined,
      project,
      weight: 1,
      tags: [],
    })),
    strategy: createStrategy({
      now,
      random,
      slack: (key, call) => pool.slack(key, call),
      inFlight: (key) => pool.inFlight(key),
    }),
    quotas,
    saved: { keys: [], rests: [] },
    now,
    random,
    minuteSeconds,
    changed() {},
    doubted() {},
  })
  return {
    pool,
    now,
    advance(until) {
      for (let next = due.take(until); next; next = due.take(until)) {
        time = Math.max(time, next.due)
        next.run()
      }
      time = Math.max(time, until)
    },
    after: (milliseconds, run) => due.push({ due: time + milliseconds, run }),
  }
}
