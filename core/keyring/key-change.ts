import type { UpstreamName } from '../keys.ts'
import type { KeySettingRecord } from '../store.ts'

/** A key to add. */
export interface NewKey {
  readonly secret: string
  readonly name?: string
  readonly project?: string
  readonly weight?: number
  readonly tags?: readonly string[]
  readonly note?: string
  readonly proxy?: string
  readonly disabled?: boolean
  /** `gemini` where absent. */
  readonly upstream?: UpstreamName
}

/** What is to be new of a key; absent fields stay as they are, null says that there is none. */
export interface KeyChange {
  readonly name?: string | null
  readonly project?: string | null
  readonly weight?: number
  readonly tags?: readonly string[]
  readonly note?: string | null
  readonly proxy?: string | null
  readonly disabled?: boolean
  readonly upstream?: UpstreamName
}

/** A key of a batch: what it says of itself holds over what is said of all; tags add up. */
export function withCommon(
  key: NewKey,
  common: Pick<NewKey, 'tags' | 'project' | 'weight' | 'upstream'>,
): NewKey {
  return {
    ...key,
    tags: [...new Set([...(key.tags ?? []), ...(common.tags ?? [])])],
    project: key.project ?? common.project,
    weight: key.weight ?? common.weight,
    upstream: key.upstream ?? common.upstream,
  }
}

/** A new key as it is kept; the secret only where no config holds it. */
export function toAddedRecord(id: string, key: NewKey, isConfigured: boolean, now: number): KeySettingRecord {
  return {
    id,
    secret: isConfigured ? undefined : key.secret,
    name: key.name,
    project: key.project,
    weight: key.weight,
    tags: key.tags,
    note: key.note,
    proxy: key.proxy,
    upstream: key.upstream,
    disabledSince: key.disabled ? now : undefined,
    isDeleted: false,
    createdAt: now,
  }
}

/** What is kept of a key after a change. */
export function toChangedRecord(
  id: string,
  kept: KeySettingRecord | undefined,
  change: KeyChange,
  now: number,
): KeySettingRecord {
  const record = kept ?? toAddedRecord(id, { secret: '' }, true, now)
  return {
    ...record,
    name: textOf(change.name, record.name),
    project: textOf(change.project, record.project),
    weight: change.weight ?? record.weight,
    tags: change.tags ?? record.tags,
    note: textOf(change.note, record.note),
    proxy: textOf(change.proxy, record.proxy),
    upstream: change.upstream ?? record.upstream,
    disabledSince: disabledSince(change.disabled, record.disabledSince, now),
  }
}

function textOf(changed: string | null | undefined, kept: string | undefined): string | undefined {
  return changed === undefined ? kept : (changed ?? '')
}

function disabledSince(disabled: boolean | undefined, kept: number | undefined, now: number) {
  if (disabled === undefined) return kept
  return disabled ? (kept ?? now) : undefined
}
