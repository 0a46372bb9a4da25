import type { Key, UpstreamName } from '../keys.ts'
import { maskSecret } from '../pool/key-ring.ts'
import type { KeySettingRecord } from '../store.ts'
import { toProxyAddress } from '../ways/proxy-address.ts'
import type { ConfiguredKey } from './configured-keys.ts'

/** Where a key comes from. */
export type KeyOrigin = 'config' | 'environment' | 'admin'

/** A key as the operator knows it, without its secret. Never changed: what is new of a key is a new one. */
export interface ManagedKey {
  readonly id: string
  readonly origin: KeyOrigin
  /** The service that it is for; it is used for no other. */
  readonly upstream: UpstreamName
  /** Where it is written outside the store, `in geminate.yaml under keys[3]`. */
  readonly writtenIn: string | undefined
  readonly name: string | undefined
  /** As the operator states it. */
  readonly project: string | undefined
  readonly weight: number
  readonly tags: readonly string[]
  readonly note: string | undefined
  /** Calls that it may serve at one time; undefined for any number. */
  readonly maxConcurrent: number | undefined
  /** Its own proxy, `http://***@host:8080`; undefined where it goes as the settings say of all. */
  readonly proxy: string | undefined
  /** Milliseconds since 1970; undefined for one that may be used. */
  readonly disabledSince: number | undefined
  /** When it was added in the admin; milliseconds since 1970. */
  readonly createdAt: number | undefined
  /** `AIzaSy…wxyz` */
  readonly masked: string
  /** Whether it is of the older form, `AIza…`. */
  readonly isLegacy: boolean
}

/** A key with its secrets. */
export interface MergedKey {
  readonly key: ManagedKey
  readonly secret: string
  /** The address of its own proxy, with user and password. */
  readonly proxy: string | undefined
}

/**
 * What the config states of a key, and over it what is kept; undefined where that makes no key. `maxConcurrent` holds
 * for keys that state none of their own; 0 is no limit.
 */
export function mergeKey(
  configured: ConfiguredKey | undefined,
  record: KeySettingRecord | undefined,
  maxConcurrent: number,
): MergedKey | undefined {
  const secret = configured?.secret ?? record?.secret
  const id = configured?.id ?? record?.id
  if (secret === undefined || id === undefined || record?.isDeleted) return undefined
  const proxy = (record?.proxy ?? configured?.proxy) || undefined
  const key: ManagedKey = {
    id,
    origin: configured?.origin ?? 'admin',
    upstream: record?.upstream ?? configured?.upstream ?? 'gemini',
    writtenIn: configured?.writtenIn,
    name: (record?.name ?? configured?.name) || undefined,
    project: (record?.project ?? configured?.project) || undefined,
    weight: record?.weight ?? configured?.weight ?? 1,
    tags: record?.tags ?? configured?.tags ?? [],
    note: record?.note || undefined,
    maxConcurrent: (configured?.maxConcurrent ?? maxConcurrent) || undefined,
    proxy: proxy === undefined ? undefined : toProxyAddress(proxy).masked,
    disabledSince: record?.disabledSince,
    createdAt: configured === undefined ? record?.createdAt : undefined,
    masked: maskSecret(secret),
    isLegacy: isLegacy(secret),
  }
  return { key, secret, proxy }
}

/** Whether a secret has the older form of Google's keys; the newer one is `AQ.…`. */
export function isLegacy(secret: string): boolean {
  return secret.startsWith('AIza')
}

/** The key as the pool knows it. */
export function toKey({ id, name, project, weight, tags, maxConcurrent }: ManagedKey): Key {
  return { id, name, project: project ?? id, weight, tags, maxConcurrent }
}
