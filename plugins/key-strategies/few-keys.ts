import type { Key, UsableKeys } from '../../core/keys.ts'

const SMALL = 8

/** Whether a pool has so few usable keys that all of them are looked at. */
export function isSmall({ size }: UsableKeys): boolean {
  return size <= SMALL
}

/** All keys of a small pool, else `count` of them by chance, one perhaps twice. */
export function fewKeys(usable: UsableKeys, count: number): Key[] {
  const { size } = usable
  if (isSmall(usable)) return Array.from({ length: size }, (_, index) => usable.at(index))
  return Array.from({ length: count }, () => usable.sample())
}
