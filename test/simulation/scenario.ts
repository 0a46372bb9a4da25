import type { QuotaLimits } from '../../adapters/simulated-google/quota.ts'
import { seededRandom } from '../seeded-random.ts'

/** What a pool has to go through: projects with limits, and calls that arrive. */
export interface Scenario {
  readonly name: string
  /** When it begins; milliseconds since 1970. */
  readonly start: number
  readonly projects: readonly string[]
  readonly limits: readonly (QuotaLimits & { readonly project: string; readonly model: string })[]
  /** In the order of their arrival. */
  readonly calls: readonly Arrival[]
  /** How long Google takes for an answer, in milliseconds. */
  readonly latency: number
}

export interface Arrival {
  readonly at: number
  readonly model: string
  /** What the gateway sees of its size before. */
  readonly bytes: number
  /** What Google counts. */
  readonly tokens: number
}

const MODELS = [
  { name: 'gemini-3.8-flash', share: 0.7 },
  { name: 'gemini-3.1-pro-preview', share: 0.3 },
]
const MINUTE = 60_000

/** 20 projects of mixed limits, mixed models, bursts, and half as many calls again as can be served. */
export function mixedScenario(options: {
  readonly seed: number
  readonly minutes: number
  readonly start: number
  readonly minuteMilliseconds?: number
  readonly withDays?: boolean
}): Scenario {
  const { seed, minutes, start, withDays = true, minuteMilliseconds = MINUTE } = options
  const random = seededRandom(seed)
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1))
  const projects = Array.from({ length: 20 }, (_, index) => `projects/${index + 1}`)
  const limits = projects.flatMap((project) =>
    MODELS.map(({ name: model }) => ({
      project,
      model,
      perMinute: between(5, 40),
      ...(random() < 0.4 ? { tokensPerMinute: between(10, 80) * 1_000 } : {}),
      ...(withDays && random() < 0.4 ? { perDay: between(60, 400) } : {}),
    })),
  )
  const perMinute = limits.reduce((sum, limit) => sum + limit.perMinute, 0)
  return {
    name: `20 projects, ${minutes} minutes, seed ${seed}`,
    start,
    projects,
    limits,
    calls: arrivals({ random, start, minutes, minuteMilliseconds, perMinute: perMinute * 1.5 }),
    latency: minuteMilliseconds / 60,
  }
}

interface Load {
  readonly random: () => number
  readonly start: number
  readonly minutes: number
  readonly minuteMilliseconds: number
  readonly perMinute: number
}

/** Half of them evenly by chance, half in bursts. */
function arrivals({ random, start, minutes, minuteMilliseconds, perMinute }: Load): Arrival[] {
  const span = minutes * minuteMilliseconds
  const total = Math.round(perMinute * minutes)
  const times = Array.from({ length: total / 2 }, () => random() * span)
  while (times.length < total) {
    const at = random() * span
    const size = Math.min(total - times.length, 10 + Math.floor(random() * 90))
    for (let call = 0; call < size; call++) times.push(at + (random() * minuteMilliseconds) / 30)
  }
  return times
    .toSorted((one, other) => one - other)
    .map((time) => {
      const tokens = Math.ceil(200 * Math.exp(random() * 3))
      const model = random() < MODELS[0]!.share ? MODELS[0]!.name : MODELS[1]!.name
      // About four bytes a token, give or take a fifth.
      return {
        at: Math.round(start + time),
        model,
        tokens,
        bytes: Math.ceil(tokens * (3.2 + random() * 1.6)),
      }
    })
}
