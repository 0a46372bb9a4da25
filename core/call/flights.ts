import type { Call } from '../plugin.ts'
import type { Flight } from './flight.ts'

const FLIGHTS = new WeakMap<AbortSignal, Flight>()

/** Keeps a flight where those find it who know its call; the signal is the one thing that every copy of a call keeps. */
export function registerFlight(flight: Flight): void {
  FLIGHTS.set(flight.leaving, flight)
}

/** The flight of a call that a plugin was given. */
export function flightOf({ signal }: Pick<Call, 'signal'>): Flight | undefined {
  return FLIGHTS.get(signal)
}
