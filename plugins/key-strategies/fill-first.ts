import type { Key, KeyStrategy, UsableKeys } from '../../core/keys.ts'
import { createRecentMap } from '../../core/recent-map.ts'
import { MODELS_AT_MOST } from './models-at-most.ts'

/** Keys in use for one model, of which the first usable one is taken. */
const LINE_AT_MOST = 7

/**
 * The same key for as long as it is usable, then another of its project, then the next: so quota is spent one
 * project after the other, and the rest stays whole. Separately for each model. A key that may be used again
 * takes its old place, unless seven others came in between.
 */
export function fillFirst(): KeyStrategy {
  const lines = createRecentMap<readonly Key[]>(MODELS_AT_MOST)

  return {
    pick(usable, { model = '' }) {
      if (usable.size === 0) return undefined
      const line = lines.get(model) ?? []
      const known = firstUsable(line, usable)
      const picked = known ?? nextOf(line, usable)
      lines.set(model, known ? line : [...line, picked].slice(-LINE_AT_MOST))
      return picked
    },
  }
}

function firstUsable(line: readonly Key[], usable: UsableKeys): Key | undefined {
  for (const { id } of line) {
    const key = usable.find(id)
    if (key) return key
  }
  return undefined
}

function nextOf(line: readonly Key[], usable: UsableKeys): Key {
  const last = line.at(-1)
  return (last && usable.byProject(last.project)[0]) ?? usable.at(0)
}
