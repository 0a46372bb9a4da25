import type { Call } from '../plugin.ts'
import type { Flight } from './flight.ts'

/** A property, not a weak map: thousands of entries a second would keep the garbage collector busy. */
const FLIGHT = Symbol('flight')

interface KnownSignal extends AbortSignal {
  [FLIGHT]?: Flight
}

/** Keeps a flight where those find it who know its call; the signal is the one thing that every copy of a call keeps. */
export function registerFlight(flight: Flight): void {
  const signal: KnownSignal = flight.leaving
  signal[FLIGHT] = flight
}

/** The flight of a call that a plugin was given. */
export function flightOf({
  signal,
}: { readonly signal: KnownSignal } & Pick<Call, 'signal'>): Flight | undefined {
  return signal[FLIGHT]
}
