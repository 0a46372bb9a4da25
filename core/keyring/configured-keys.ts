import type { UpstreamName } from '../keys.ts'
import { keyIdOf } from '../pool/key-ring.ts'
import type { KeySetting } from '../settings/settings.ts'

/** A key that stands in the config file or in the environment. */
export interface ConfiguredKey {
  readonly id: string
  readonly secret: string
  readonly origin: 'config' | 'environment'
  /** `in geminate.yaml under keys[3]` */
  readonly writtenIn: string
  readonly name: string | undefined
  readonly project: string | undefined
  readonly weight: number | undefined
  readonly tags: readonly string[] | undefined
  readonly maxConcurrent: number | undefined
  readonly proxy: string | undefined
  readonly upstream: UpstreamName | undefined
}

/** Where the setting `keys` comes from. */
export interface KeySource {
  readonly origin: ConfiguredKey['origin']
  /** Where a key is written, by its index in the settings. */
  placeOf(index: number): string
}

/**
 * The settings' keys. White space around a secret is no part of it; of entries with the same secret the first counts,
 * and blank ones do not.
 */
export function configuredKeys(settings: readonly KeySetting[], source: KeySource): ConfiguredKey[] {
  const keys = new Map<string, ConfiguredKey>()
  for (const [index, setting] of settings.entries()) {
    const { key, ...stated }: Stated = typeof setting === 'string' ? { key: setting } : setting
    const secret = key.trim()
    const id = keyIdOf(secret)
    if (secret === '' || keys.has(id)) continue
    const { origin } = source
    const { name, project, weight, tags, maxConcurrent, proxy, upstream } = stated
    const writtenIn = source.placeOf(index)
    keys.set(id, {
      id,
      secret,
      origin,
      writtenIn,
      name,
      project,
      weight,
      tags,
      maxConcurrent,
      proxy,
      upstream,
    })
  }
  return [...keys.values()]
}

type Stated = Exclude<KeySetting, string>
