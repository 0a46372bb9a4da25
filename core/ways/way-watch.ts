import type { Breakers } from '../call/breaker.ts'
import type { Way } from './way.ts'
import type { WayChecker } from './way-checker.ts'
import type { Ways } from './ways.ts'

/** Lets ways that failed come back by themselves. */
export interface WayWatch {
  close(): void
}

export interface WayWatchOptions {
  readonly ways: Ways
  readonly breakers: Pick<Breakers, 'isClosed'>
  readonly checker: WayChecker
  readonly everyMilliseconds: number
  /** `setTimeout`, as far as it is needed. */
  later(run: () => void, milliseconds: number): { cancel(): void }
  /** Told of each way that is back. */
  returned(way: Way): void
}

/** Checks, now and then, the ways whose breakers are open; the others nobody asks. */
export function startWayWatch(options: WayWatchOptions): WayWatch {
  const { ways, breakers, checker, everyMilliseconds, later, returned } = options
  let closed = false
  let timer = later(look, everyMilliseconds)

  async function look(): Promise<void> {
    const isOpen = ({ scope }: Way) => !breakers.isClosed(scope)
    const failed = ways.all.filter(isOpen)
    await checker.checkAll(failed)
    if (closed) return
    for (const way of failed) if (!isOpen(way)) returned(way)
    timer = later(look, everyMilliseconds)
  }

  return {
    close() {
      closed = true
      timer.cancel()
    },
  }
}
