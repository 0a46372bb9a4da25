import { createQuota } from '../../adapters/simulated-google/quota.ts'
import type { Arrival, Scenario } from './scenario.ts'

/** How many calls a scheduler serves that knows every meter of Google's: the best of several ways to choose. */
export function bestPossible(scenario: Scenario, minuteSeconds: number): number {
  return Math.max(...WAYS.map((order) => serve(scenario, minuteSeconds, order)))
}

type Order = (scenario: Scenario, call: Arrival, turn: number) => readonly string[]

const WAYS: readonly Order[] = [
  ({ projects }, _, turn) => projects.map((_project, index) => projects[(index + turn) % projects.length]!),
  ({ projects }) => projects,
  // Large calls where tokens are not counted, small ones where they are: room is left for both.
  (scenario, call) => byTokenLimit(scenario, call),
]

function byTokenLimit({ projects, limits }: Scenario, { model, tokens }: Arrival): readonly string[] {
  const roomOf = new Map(
    limits
      .filter((limit) => limit.model === model)
      .map((limit) => [limit.project, limit.tokensPerMinute ?? Infinity]),
  )
  const isLarge = tokens > 1_000
  return projects.toSorted((one, other) => {
    const difference = (roomOf.get(one) ?? Infinity) - (roomOf.get(other) ?? Infinity)
    return Number.isNaN(difference) ? 0 : isLarge ? -difference : difference
  })
}

function serve(scenario: Scenario, minuteSeconds: number, order: Order): number {
  let time = scenario.start
  const quota = createQuota({ now: () => time, minuteSeconds })
  for (const limits of scenario.limits) quota.limit(limits)
  let served = 0
  for (const [turn, call] of scenario.calls.entries()) {
    time = call.at
    const spending = { model: call.model, requests: 1, tokens: call.tokens, counted: 'requests' as const }
    if (order(scenario, call, turn).some((project) => quota.spend({ ...spending, project }) === undefined))
      served++
  }
  return served
}
