import { problemOfProxy } from '../ways/proxy-address.ts'
import type { KeySetting } from './settings.ts'

/** The keys to use, each once and trimmed, and what is to be said of the list. */
export interface CheckedKeys {
  readonly keys: KeySetting[]
  /** Where each of them stands in the list that was checked. */
  readonly indexes: readonly number[]
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

/** Checks what no schema can say of `keys`. `where` is `in FILE` or `from VARIABLE`; no key's text is in a sentence. */
export function checkKeys(settings: readonly KeySetting[], where: string): CheckedKeys {
  const positions = new Map<string, number>()
  const keys: KeySetting[] = []
  const problems: string[] = []
  const warnings: string[] = []
  for (const [index, setting] of settings.entries()) {
    const secret = secretOf(setting)
    const first = positions.get(secret)
    problems.push(...problemsOfKey(setting, `Setting "keys[${index}]" ${where}`))
    if (secret.includes(',')) {
      warnings.push(`The key "keys[${index}]" ${where} holds a comma; it looks like several keys in one`)
    }
    if (first !== undefined) {
      warnings.push(`The key "keys[${index}]" ${where} is the same as "keys[${first}]"; it counts once`)
      continue
    }
    positions.set(secret, index)
    keys.push(typeof setting === 'string' ? secret : { ...setting, key: secret })
  }
  return { keys, indexes: [...positions.values()], problems, warnings }
}

function problemsOfKey(setting: KeySetting, subject: string): string[] {
  const secret = secretOf(setting)
  if (secret === '') return [`${subject} is empty, but must be a key`]
  if (/\s/.test(secret)) {
    return [
      `${subject} holds white space, but must be visible ASCII characters; it looks like several keys in one`,
    ]
  }
  if (!/^[\x21-\x7e]+$/.test(secret))
    return [`${subject} must be visible ASCII characters, to go into a header`]
  const problem =
    typeof setting === 'string' || setting.proxy === undefined ? undefined : problemOfProxy(setting.proxy)
  return problem === undefined ? [] : [`The proxy of ${lower(subject)} ${problem}`]
}

function lower(subject: string): string {
  return subject[0]!.toLowerCase() + subject.slice(1)
}

function secretOf(setting: KeySetting): string {
  return (typeof setting === 'string' ? setting : setting.key).trim()
}
