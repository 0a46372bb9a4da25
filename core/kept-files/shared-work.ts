import { clientGone } from '../call/refusal.ts'

/** Does what several ask for at the same time once. */
export interface SharedWork<Result> {
  /**
   * Joins the work of this name, or begins it. Rejects with `client_gone` as soon as `leaving` is aborted; the work's
   * own signal is aborted when all who asked have left.
   */
  join(name: string, leaving: AbortSignal, begin: (signal: AbortSignal) => Promise<Result>): Promise<Result>
}

interface Underway<Result> {
  readonly result: Promise<Result>
  readonly ending: AbortController
  waiting: number
}

/** Nothing is under way. */
export function createSharedWork<Result>(): SharedWork<Result> {
  const all = new Map<string, Underway<Result>>()

  function begin(name: string, work: (signal: AbortSignal) => Promise<Result>): Underway<Result> {
    const ending = new AbortController()
    const forget = () => {
      if (all.get(name) === begun) all.delete(name)
    }
    const result = work(ending.signal).finally(forget)
    result.catch(() => {}) // where all have left nobody hears of it
    const begun = { result, ending, waiting: 0 }
    all.set(name, begun)
    return begun
  }

  return {
    async join(name, leaving, work) {
      if (leaving.aborted) throw clientGone()
      const shared = all.get(name) ?? begin(name, work)
      shared.waiting++
      const left = Promise.withResolvers<never>()
      const leave = () => left.reject(clientGone())
      leaving.addEventListener('abort', leave, { once: true })
      try {
        return await Promise.race([shared.result, left.promise])
      } finally {
        leaving.removeEventListener('abort', leave)
        if (--shared.waiting === 0) {
          if (all.get(name) === shared) all.delete(name)
          shared.ending.abort()
        }
      }
    },
  }
}
