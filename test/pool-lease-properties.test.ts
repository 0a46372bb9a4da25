import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAULTS, type Fault, type FaultKind } from '../core/fault.ts'
import type { Key } from '../core/keys.ts'
import type { Lease } from '../core/pool/lease.ts'
import type { QuotaLimits } from '../core/quota/quota-window.ts'
import { random as randomStrategy } from '../plugins/key-strategies/random.ts'
import { seededRandom } from './seeded-random.ts'
import { emptyQuotas, key, setUpPool } from './virtual-pool.ts'

const MODEL = 'gemini-pro'
const MINUTE = 60_000
const HARMLESS = (Object.keys(FAULTS) as FaultKind[]).filter((kind) =>
  ['model', 'way-out', 'attempt', 'client', 'ourselves', 'nobody'].includes(FAULTS[kind].charge),
)
/** Failures that Google may have counted. */
const COUNTED = new Set(['model', 'way-out', 'attempt'])

interface Sent {
  readonly project: string
  readonly at: number
  tokens: number
  counts: boolean
}

test('a pool with limits uses no project beyond them, refuses no call while one has room, and blames no key', () => {
  for (let seed = 1; seed <= 60; seed++) createRun(seed).play(400)
})

/** A pool with stated limits, and every call it sent written down. */
function createRun(seed: number) {
  const random = seededRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const limits: QuotaLimits = {
    'requests/minute': 1 + below(6),
    ...(random() < 0.5 ? { 'tokens/minute': 500 + below(2_000) } : {}),
    ...(random() < 0.3 ? { 'requests/day': 10 + below(60) } : {}),
  }
  const keys = makeKeys(1 + below(8), random)
  const { pool, clock } = setUpPool(keys, undefined, randomStrategy(), emptyQuotas(60, limits))
  const sent: Sent[] = []
  const open: { readonly lease: Lease; readonly call: Sent }[] = []

  function within(project: string, milliseconds: number) {
    const calls = sent.filter(
      (call) => call.counts && call.project === project && call.at > clock.now() - milliseconds,
    )
    return { requests: calls.length, tokens: calls.reduce((sum, { tokens }) => sum + tokens, 0) }
  }

  /** Whether a call still fits into what was sent within so long. */
  function fits(project: string, tokens: number, milliseconds: number): boolean {
    const used = within(project, milliseconds)
    const day = within(project, (clock.now() - dayStart()) * 1 + 1)
    const tokenLimit = limits['tokens/minute'] ?? Number.POSITIVE_INFINITY
    return (
      used.requests < limits['requests/minute']! &&
      (used.tokens === 0 || used.tokens + tokens <= tokenLimit) &&
      day.requests < (limits['requests/day'] ?? Number.POSITIVE_INFINITY)
    )
  }

  /** The clock begins at a midnight in California, and no day of these is one of change. */
  function dayStart(): number {
    const day = 24 * 3_600_000
    return clock.now() - ((clock.now() - 8 * 3_600_000) % day)
  }

  function send(where: string): void {
    const tokens = limits['tokens/minute'] === undefined ? 0 : below(800)
    const lease = pool.take({ model: MODEL, tokens }, [])
    const projects = new Set(keys.map(({ project }) => project))
    if (lease === undefined) {
      // Entries leave the minute a little late.
      for (const project of projects)
        assert.ok(!fits(project, tokens, MINUTE * 1.02), `${where}: ${project} has room`)
      return
    }
    assert.ok(
      fits(lease.key.project, tokens, MINUTE),
      `${where}: ${lease.key.project} is used beyond its limit`,
    )
    const call = { project: lease.key.project, at: clock.now(), tokens, counts: true }
    sent.push(call)
    open.push({ lease, call })
  }

  function end(): void {
    const [ending] = open.splice(below(open.length), 1)
    if (ending === undefined) return
    const { lease, call } = ending
    if (random() < 0.3) {
      const kind = HARMLESS[below(HARMLESS.length)]!
      const fault: Fault = { kind, status: 500, reason: kind, text: '' }
      call.counts = kind !== 'proxy_failed' && COUNTED.has(FAULTS[kind].charge)
      lease.settle({ ok: false, ...fault })
      return
    }
    lease.settle({ ok: true })
    if (random() < 0.5) {
      call.tokens = below(800)
      lease.ended({ promptTokenCount: call.tokens })
    } else {
      lease.ended(undefined)
    }
  }

  return {
    play(steps: number): void {
      for (let step = 0; step < steps; step++) {
        const where = `seed ${seed}, step ${step}`
        const chance = random()
        if (chance < 0.5) send(where)
        else if (chance < 0.8) end()
        else clock.advance(below(random() < 0.1 ? 90_000 : 4_000))
        for (const { state, reason } of pool.list())
          assert.ok(['active', 'resting', 'exhausted'].includes(state), `${where}: ${state}, ${reason}`)
        for (const { id } of keys) assert.ok(pool.inFlight(key(id)) >= 0, where)
      }
    },
  }
}

function makeKeys(count: number, random: () => number): Key[] {
  return Array.from({ length: count }, (_, index) =>
    key(`k${index}`, random() < 0.4 ? `p${Math.floor(random() * 3)}` : `k${index}`),
  )
}
