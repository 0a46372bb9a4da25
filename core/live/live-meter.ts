import type { Flight } from '../call/flight.ts'
import type { UsageMetadata } from '../canonical.ts'
import { addUsage } from './google-signs.ts'

/** What one session spends. */
export interface LiveMeter {
  /** How many connections to Google it has had. */
  readonly connections: number
  /** The flight's key serves it from now on. */
  connected(): void
  /** A turn of the connection that there is now. */
  spent(usage: UsageMetadata): void
  /** Writes into the flight what is to be in the log. */
  finish(how: string): void
}

/** A meter at rest. */
export function createLiveMeter(flight: Flight): LiveMeter {
  let connections = 0
  let whole: UsageMetadata | undefined
  let ofConnection: UsageMetadata | undefined
  let since: number | undefined

  return {
    get connections() {
      return connections
    },
    connected() {
      connections++
      ofConnection = undefined
      since ??= performance.now()
      flight.trace.firstTokenAt ??= since
      const { ended } = flight.trace
      flight.trace.ended = () => ended(ofConnection)
    },
    spent(usage) {
      whole = addUsage(whole, usage)
      ofConnection = addUsage(ofConnection, usage)
    },
    finish(how) {
      const minutes = since === undefined ? 0 : (performance.now() - since) / 60_000
      const others = connections > 1 ? [`${connections - 1} times resumed`] : []
      flight.trace.usage = whole
      flight.notes = [`${minutes.toFixed(2)} minutes live`, ...others, how.trim()]
    },
  }
}
