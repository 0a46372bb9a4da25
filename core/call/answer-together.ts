import type { Call } from '../plugin.ts'
import type { StreamOptions } from './answer-stream.ts'
import type { Flight } from './flight.ts'
import { finishShaped, type Shape, streamShaped } from './shaped-answer.ts'
import type { StrandOptions } from './strand.ts'
import { createStrands, type StrandsOptions } from './strands.ts'

/**
 * Answers a call by several generations as if they were one: each of `others` has gone through no hook yet, and all
 * other hooks see the one answer.
 */
export async function answerTogether(
  flight: Flight,
  shape: Shape,
  others: readonly Call[],
  places: Pick<StrandOptions, 'target' | 'places'>,
  options: StrandsOptions & StreamOptions,
): Promise<Response> {
  const { hooks } = flight.exchange.plugins
  const calls = [shape.call]
  for (const other of others) calls.push((await hooks.request(other, hooks.first(other))).call)
  const strands = createStrands(flight, calls, places, options)
  flight.notes = strands.notes
  if (shape.call.stream) return streamShaped(flight, shape, strands.begin, options)
  return finishShaped(flight, await strands.whole(), shape)
}
