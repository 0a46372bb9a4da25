import type { Key, UsableKeys } from '../keys.ts'

/**
 * Up to `count` usable keys of distinct projects: all projects of a small pool, some by chance of a large one,
 * perhaps fewer than `count` where a few projects hold nearly all its keys.
 */
export function sampleProjects(usable: UsableKeys, count: number): readonly Key[] {
  const byProject = new Map<string, Key>()
  const tries = count * 4
  const isSmall = usable.size <= tries
  for (let index = 0; index < Math.min(tries, usable.size) && byProject.size < count; index++) {
    const key = isSmall ? usable.at(index) : usable.sample()
    byProject.set(key.project, key)
  }
  return [...byProject.values()]
}
