import type { Key, KeyQuery, KeyStrategy, StrategyContext, UsableKeys } from '../../core/keys.ts'
import { fewKeys, isSmall } from './few-keys.ts'
import { leastOf } from './least-of.ts'

const SAMPLED = 6
/** Further looks, one by one, where the call fits none of the first. */
const FURTHER = 18

/**
 * Of a few keys by chance, or of all in a small pool, one of the project that has the largest part of its quota
 * left for this call. Projects alike, and keys of one project, are taken by how busy they are, then by chance.
 */
export function quotaAware({ random, slack, inFlight }: StrategyContext): KeyStrategy {
  return {
    pick(usable, call) {
      const found = roomiest(fewKeys(usable, SAMPLED), call)
      if (found === undefined || found.slack >= 0) return found?.key
      return anyThatFits(usable, call) ?? found.key
    },
  }

  function roomiest(keys: readonly Key[], call: KeyQuery): { key: Key; slack: number } | undefined {
    const slacks = slacksOf(keys, call)
    const most = Math.max(...slacks.values())
    const best = keys.filter(({ project }) => slacks.get(project) === most)
    const key = leastOf(best, inFlight, random)
    return key && { key, slack: most }
  }

  /** Each project is asked about once. */
  function slacksOf(keys: readonly Key[], call: KeyQuery): Map<string, number> {
    const slacks = new Map<string, number>()
    for (const { project } of keys) if (!slacks.has(project)) slacks.set(project, slack(project, call))
    return slacks
  }

  function anyThatFits(usable: UsableKeys, call: KeyQuery): Key | undefined {
    if (isSmall(usable)) return undefined
    for (let look = 0; look < FURTHER; look++) {
      const key = usable.sample()
      if (slack(key.project, call) >= 0) return key
    }
    return undefined
  }
}
