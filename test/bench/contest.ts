import type { Child } from './child.ts'
import { post, timeToFirstEvent } from './first-event.ts'
import { medianOf } from './median.ts'
import { processorTime } from './process-figures.ts'
import type { Shape } from './shapes.ts'
import { drive } from './wrk.ts'

/** One program that answers one kind of call. */
export interface Entrant {
  readonly name: string
  readonly child: Child
  readonly shape: Shape
}

/** Microseconds, but for `throughput`: calls a second. */
export interface Figures {
  /** Processor time of the program for one call. */
  readonly processor: number
  /** At 64 connections. */
  readonly throughput: number
  /** The median at one connection. */
  readonly latency: number
  /** Undefined for a whole answer. */
  readonly firstEvent: number | undefined
}

export interface Effort {
  readonly rounds: number
  readonly seconds: number
}

const CONNECTIONS = 64
const STREAMS = 200

/** What is wrong with the answer to a call; undefined for a good one. */
export async function flawOf({ child, shape }: Entrant): Promise<string | undefined> {
  const response = await post(child.url, shape)
  const body = await response.text()
  if (response.status !== 200) return `has the status ${response.status}: ${body.slice(0, 200)}`
  return shape.flawOf(body)
}

/** Measures every entrant in turn, round after round, so that a slow minute of the machine strikes all of them. */
export async function holdContest(entrants: readonly Entrant[], { rounds, seconds }: Effort) {
  const results = new Map<Entrant, Figures[]>(entrants.map((entrant) => [entrant, []]))
  for (const entrant of entrants) await drive(entrant.child.url, entrant.shape, CONNECTIONS, seconds) // warms it up
  for (let round = 0; round < rounds; round++) {
    for (const [entrant, figures] of results) figures.push(await measure(entrant, seconds))
  }
  return results
}

async function measure({ child, shape }: Entrant, seconds: number): Promise<Figures> {
  const before = processorTime(child.pid)
  const crowd = await drive(child.url, shape, CONNECTIONS, seconds)
  const processor = (processorTime(child.pid) - before) / crowd.calls
  const alone = await drive(child.url, shape, 1, Math.ceil(seconds / 2))
  return {
    processor,
    throughput: (crowd.calls * 1e6) / crowd.microseconds,
    latency: alone.median,
    firstEvent: shape.streams ? await timeToFirstEvent(child.url, shape, STREAMS) : undefined,
  }
}

/** The median over the rounds of what `read` takes from two entrants' figures of one round. */
export function medianOver<T>(
  one: readonly T[],
  other: readonly T[],
  read: (one: T, other: T) => number,
): number {
  return medianOf(one.map((figures, round) => read(figures, other[round]!)))
}
