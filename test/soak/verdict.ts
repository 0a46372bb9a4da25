import { medianOf } from '../bench/median.ts'

/** One point of the curve. */
export interface Sample {
  readonly seconds: number
  readonly megabytes: number
  readonly sockets: number
  readonly calls: number
}

/** What the soak ended with. */
export interface Outcome {
  readonly samples: readonly Sample[]
  readonly socketsBefore: number
  /** A while after the last call. */
  readonly socketsAfter: number
  readonly calls: number
  readonly failures: number
}

/** How much more memory the last third may hold than the one before it. */
const GROWTH = 1.1
/** More failures than were ordered of the simulated Google are the gateway's own. */
const FAILURES = 0.05

/** What is wrong, one sentence each; none where all is well. */
export function flawsOf({ samples, socketsBefore, socketsAfter, calls, failures }: Outcome): string[] {
  const third = Math.floor(samples.length / 3)
  const memory = (from: number, to?: number) =>
    medianOf(samples.slice(from, to).map(({ megabytes }) => megabytes))
  const [second, last] = [memory(third, 2 * third), memory(2 * third)]
  const flaws: string[] = []
  if (last > second * GROWTH) flaws.push(`Memory grows: ${second.toFixed(0)} MB, then ${last.toFixed(0)} MB`)
  if (socketsAfter > socketsBefore) {
    flaws.push(`${socketsAfter} sockets are open after the last call, ${socketsBefore} were before the first`)
  }
  if (failures > calls * FAILURES) flaws.push(`${failures} of ${calls} calls failed`)
  return flaws
}
