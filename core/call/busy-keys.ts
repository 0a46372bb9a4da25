import { isGatewayError } from '../errors.ts'

/** Generations that share the keys, of which each may serve as many at once as it may. */
export interface SharedKeys {
  /** Does `work`, and again after the end of another one's where all keys were busy, as long as another one runs. */
  run<T>(work: () => Promise<T>): Promise<T>
}

/** For the generations of one call. */
export function createSharedKeys(): SharedKeys {
  let running = 0
  let freed = Promise.withResolvers<void>()

  function free(): void {
    freed.resolve()
    freed = Promise.withResolvers()
  }

  async function attempt<T>(work: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    running++
    try {
      const value = await work()
      free()
      return { value }
    } catch (thrown) {
      if (isBusy(thrown) && running > 1) return undefined
      throw thrown
    } finally {
      running--
    }
  }

  return {
    async run(work) {
      for (;;) {
        const end = freed.promise
        const done = await attempt(work)
        if (done) return done.value
        await end
      }
    },
  }
}

/** Whether a call was refused because its keys served as many calls as they may. */
export function isBusy(thrown: unknown): boolean {
  return isGatewayError(thrown) && thrown.kind === 'rate_limited' && thrown.facts?.outBusy !== undefined
}
