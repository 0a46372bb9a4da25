import type { Key, KeyQuery, KeyStrategy, StrategyContext, UsableKeys } from '../keys.ts'
import { createRecentMap } from '../recent-map.ts'

/** Conversations remembered; past that, the one that was silent longest is forgotten. */
const CONVERSATIONS = 10_000
const HOUR = 3_600_000

/** Where a conversation was served last. */
interface Place {
  readonly key: Key
  readonly at: number
}

/**
 * A strategy under which calls that belong together stay together, for the cache that their project keeps of
 * what they begin with: the key that served the last one serves the next, or another key of its project,
 * for as long as the call fits the project's quota. Where it does not, and after an hour of silence, the
 * strategy chooses anew. Separately for each model, since caches are. Calls without affinity are the strategy's.
 */
export function withAffinity(
  strategy: KeyStrategy,
  { now, random, slack }: Pick<StrategyContext, 'now' | 'random' | 'slack'>,
): KeyStrategy {
  const places = createRecentMap<Place>(CONVERSATIONS)

  return {
    pick(usable, call) {
      if (call.affinity === undefined) return strategy.pick(usable, call)
      const conversation = nameOf(call)
      const key = sameAgain(usable, call, places.get(conversation)) ?? strategy.pick(usable, call)
      if (key) places.set(conversation, { key, at: now() })
      return key
    },
    settle(key, call, outcome) {
      // Whatever was picked: the cache is where the answer came from.
      if (outcome.ok && call.affinity !== undefined) places.set(nameOf(call), { key, at: now() })
      strategy.settle?.(key, call, outcome)
    },
  }

  function sameAgain(usable: UsableKeys, call: KeyQuery, place: Place | undefined): Key | undefined {
    if (place === undefined || now() - place.at > HOUR) return undefined
    if (slack(place.key, call) < 0) return undefined
    return usable.find(place.key.id) ?? anyOf(usable.byProject(place.key.project))
  }

  function anyOf(keys: readonly Key[]): Key | undefined {
    return keys[Math.floor(random() * keys.length)]
  }
}

function nameOf({ model = '', affinity = '' }: KeyQuery): string {
  return `${model} ${affinity}`
}
