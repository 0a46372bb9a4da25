import { isDeepStrictEqual } from 'node:util'
import type { Settings } from './settings.ts'

/** What a running gateway takes up when its settings are read again. */
const LIVE: readonly string[] = ['plugins', 'routing.strategy', 'routing.affinity']

/** The settings that differ and need a new start, as dotted paths of two names at most; those of plugins do not. */
export function changedSettings(before: Settings, after: Settings): readonly string[] {
  const sections = Object.keys(after) as (keyof Settings)[]
  return sections
    .filter((section) => !LIVE.includes(section))
    .flatMap((section) => changedIn(section, before[section], after[section]))
}

function changedIn(section: string, before: unknown, after: unknown): string[] {
  if (isDeepStrictEqual(before, after)) return []
  if (!isMap(before) || !isMap(after)) return [section]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => `${section}.${name}`)
    .filter((path) => !LIVE.includes(path))
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
