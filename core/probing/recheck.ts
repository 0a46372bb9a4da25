import type { Key } from '../keys.ts'
import type { KeyView } from '../pool/key-view.ts'

/** Lets keys that are out come back: Google may have changed its mind, or the operator a setting there. */
export interface Recheck {
  close(): void
}

export interface RecheckOptions {
  /** Every key, with its state. */
  list(): readonly KeyView[]
  keyOf(id: string): Key | undefined
  /** Has one key probed by a free request, soon. */
  check(key: Key): void
  /** 0 switches it off. */
  readonly hours: number
  readonly random: () => number
  /** `setTimeout`, as far as it is needed. */
  later(run: () => void, milliseconds: number): { cancel(): void }
}

const HOUR = 3_600_000
/** Soon, since a gateway may be started anew more often than it checks. */
const FIRST = 60_000

/** Checks the keys that are out about a minute after the start, then once in so many hours. A `disabled` key is the operator's own doing and stays out. */
export function startRecheck(options: RecheckOptions): Recheck {
  if (options.hours === 0) return { close() {} }
  let timer = plan(Math.min(FIRST, options.hours * HOUR))
  return { close: () => timer.cancel() }

  /** Not to the minute, so that several gateways do not ask together. */
  function plan(milliseconds: number) {
    return options.later(run, milliseconds * (0.9 + 0.2 * options.random()))
  }

  function run() {
    for (const { id, state } of options.list()) {
      if (!OUT.has(state)) continue
      const key = options.keyOf(id)
      if (key) options.check(key)
    }
    timer = plan(options.hours * HOUR)
  }
}

const OUT: ReadonlySet<string> = new Set(['invalid', 'expired', 'suspended', 'leaked', 'restricted'])
