import { createQuota } from '../../adapters/simulated-google/quota.ts'
import type { Arrival, Scenario } from './scenario.ts'

/** How many calls a scheduler serves that knows every meter of Google's: the best of several ways to choose. */
export function bestPossible(scenario: Scenario, minuteSeconds: number): number {
  return Math.max(...WAYS.map((order) => serve(scenario, minuteSeconds, order)))
}

/** Tells in which order a call asks the projects. */
type Order = (scenario: Scenario) => (call: Arrival, turn: number) => readonly string[]

const WAYS: readonly Order[] = [
  ({ projects }) => {
    const turns = projects.map((_, first) => [...projects.slice(first), ...projects.slice(0, first)])
    return (_, turn) => turns[turn % turns.length]!
  },
  ({ projects }) =>
    () =>
      projects,
  byTokenLimit,
]

/** Large calls where tokens are not counted, small ones where they are: room is left for both. */
function byTokenLimit({ projects, limits }: Scenario) {
  const roomOf = new Map(
    limits.map(({ project, model, tokensPerMinute }) => [`${project} ${model}`, tokensPerMinute]),
  )
  const models = [...new Set(limits.map(({ model }) => model))]
  const rising = new Map(
    models.map((model) => {
      const room = (project: string) => roomOf.get(`${project} ${model}`) ?? Number.MAX_SAFE_INTEGER
      return [model, projects.toSorted((one, other) => room(one) - room(other))]
    }),
  )
  const falling = new Map([...rising].map(([model, list]) => [model, list.toReversed()]))
  return ({ model, tokens }: Arrival) => (tokens > 1_000 ? falling : rising).get(model)!
}

function serve(scenario: Scenario, minuteSeconds: number, order: Order): number {
  let time = scenario.start
  const quota = createQuota({ now: () => time, minuteSeconds })
  for (const limits of scenario.limits) quota.limit(limits)
  const projectsFor = order(scenario)
  let served = 0
  for (const [turn, call] of scenario.calls.entries()) {
    time = call.at
    const spending = { model: call.model, requests: 1, tokens: call.tokens, counted: 'requests' as const }
    if (projectsFor(call, turn).some((project) => quota.spend({ ...spending, project }) === undefined))
      served++
  }
  return served
}
