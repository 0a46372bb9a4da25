import { createHash } from 'node:crypto'
import type { Key } from '../keys.ts'
import type { Redactor } from '../log/redactor.ts'
import type { KeySetting } from '../settings/settings.ts'

/** The configured keys, and the only holder of their secrets. */
export interface KeyRing {
  /** In the order of the settings, each secret once. */
  readonly keys: readonly Key[]
  /** Puts the key's credential into `headers`, as `x-goog-api-key`. Throws for a key of another ring. */
  authorize(headers: Record<string, string>, key: Key): void
  /** The key as a person may see it, `AIzaSy…wxyz`: never more than a third of the secret. */
  masked(key: Key): string
}

/**
 * Takes the settings' keys and makes every secret known to the redactor. White space around a secret is no
 * part of it; of entries with the same secret the first counts, and blank ones do not. `maxConcurrent` holds for
 * keys that state none of their own; 0 is no limit.
 */
export function createKeyRing(
  settings: readonly KeySetting[],
  redactor: Redactor,
  maxConcurrent = 0,
): KeyRing {
  const secrets = new Map<string, string>()
  const keys: Key[] = []
  for (const setting of settings) {
    const entry = typeof setting === 'string' ? { key: setting } : setting
    const secret = entry.key.trim()
    const key = toKey({ maxConcurrent, ...entry }, secret)
    if (secret === '' || secrets.has(key.id)) continue
    secrets.set(key.id, secret)
    keys.push(key)
    redactor.add(secret, `key ${key.name ?? key.id}`)
  }

  function secretOf(key: Key): string {
    const secret = secrets.get(key.id)
    if (secret === undefined) throw new Error(`No secret is held for key ${key.id}`)
    return secret
  }

  return {
    keys,
    authorize(headers, key) {
      headers['x-goog-api-key'] = secretOf(key)
    },
    masked: (key) => mask(secretOf(key)),
  }
}

function toKey(setting: Exclude<KeySetting, string>, secret: string): Key {
  const id = keyIdOf(secret)
  return {
    id,
    name: setting.name,
    project: setting.project ?? id,
    weight: setting.weight ?? 1,
    tags: setting.tags ?? [],
    maxConcurrent: setting.maxConcurrent || undefined,
  }
}

/** A key's id: stable over restarts, and the secret cannot be derived from it. */
export function keyIdOf(secret: string): string {
  return `k_${createHash('sha256').update(secret).digest('hex').slice(0, 16)}`
}

function mask(secret: string): string {
  const shown = Math.min(10, Math.floor(secret.length / 3))
  const head = Math.ceil(shown * 0.6)
  return `${secret.slice(0, head)}…${secret.slice(secret.length - (shown - head))}`
}
