import type { KeyState, UpstreamName } from './keys.ts'
import type { QuotaWindow } from './quota/quota-window.ts'

/**
 * What outlives a restart. Every method settles when the data is on disk as far as the database promises;
 * batches are all or nothing. One writer at a time is enough: the gateway never waits for it on a call's way.
 */
export interface Store {
  readonly keys: KeyRecords
  readonly meters: MeterRecords
  readonly keySettings: KeySettingRecords
  readonly tokens: TokenRecords
  readonly requests: RequestRecords
  readonly documents: DocumentRecords
  readonly resources: ResourceRecords
  close(): Promise<void>
}

/** What was learned about keys and projects. */
export interface KeyRecords {
  load(): Promise<{ readonly keys: readonly KeyRecord[]; readonly rests: readonly RestRecord[] }>
  /** Replaces by `id`, and by `project` and `model`; a rest with `until` 0 is removed. */
  save(changes: { readonly keys: readonly KeyRecord[]; readonly rests: readonly RestRecord[] }): Promise<void>
}

export interface KeyRecord {
  readonly id: string
  readonly state: KeyState
  /** Why, in words for the operator; no secret. */
  readonly reason: string
  /** The project Google named, where the operator stated none. */
  readonly project: string | undefined
  /** Milliseconds since 1970. */
  readonly since: number
}

export interface RestRecord {
  readonly project: string
  /** `*` for every model. */
  readonly model: string
  /** Milliseconds since 1970; `FOREVER` for one that only an operator ends. */
  readonly until: number
  readonly state: 'resting' | 'exhausted'
  readonly reason: string
}

/**
 * What the operator says of keys at run time: the keys that were added, with their secrets, and what was changed of
 * those that the config states. Each batch has a number of its own, so that several processes find what is new.
 */
export interface KeySettingRecords {
  /** What was put by batches after a number (all for 0), oldest key first, and how many records there are in all. */
  since(revision: number): Promise<KeySettingChanges>
  /** Every id there is. */
  ids(): Promise<readonly string[]>
  /** The number of the last batch, 0 before the first; cheap enough to ask every second. */
  revision(): Promise<number>
  /** Replaces by `id` and removes. Resolves to the batch's number, when it would survive a loss of power too. */
  save(changes: KeySettingBatch): Promise<number>
}

export interface KeySettingChanges {
  readonly revision: number
  readonly records: readonly KeySettingRecord[]
  readonly count: number
}

export interface KeySettingBatch {
  readonly put: readonly KeySettingRecord[]
  readonly removed: readonly string[]
}

/** A field that is undefined is as the config states it; an empty text or list says that there is none. */
export interface KeySettingRecord {
  readonly id: string
  /** Undefined for a key whose secret only the config holds. */
  readonly secret: string | undefined
  readonly name: string | undefined
  readonly project: string | undefined
  readonly weight: number | undefined
  readonly tags: readonly string[] | undefined
  readonly note: string | undefined
  /** The address of its own proxy, with user and password. */
  readonly proxy: string | undefined
  readonly upstream: UpstreamName | undefined
  /** Since when it is not to be used, in milliseconds since 1970; undefined for one that may be. */
  readonly disabledSince: number | undefined
  /** The config states it, and the operator took it out all the same. */
  readonly isDeleted: boolean
  /** When the record was first made; milliseconds since 1970. */
  readonly createdAt: number
}

/** A time that never comes and that every database can keep. */
export const FOREVER = 8_640_000_000_000_000

/** What each project spent on each model. */
export interface MeterRecords {
  load(): Promise<readonly MeterRecord[]>
  /** Replaces by `project` and `model`; one without a state is removed. */
  save(meters: readonly MeterRecord[]): Promise<void>
}

export interface MeterRecord {
  readonly project: string
  readonly model: string
  readonly state:
    | {
        /** When the day began, and its requests, input tokens and cached tokens. */
        readonly day: readonly number[]
        /** The last minute, oldest first: when, how many requests, how many input tokens. */
        readonly minute: readonly (readonly number[])[]
        readonly learned: Partial<Record<QuotaWindow, { readonly limit: number; readonly at: number }>>
      }
    | undefined
}

/** Tokens made by the gateway itself; those of the config are not kept here. */
export interface TokenRecords {
  list(): Promise<readonly TokenRecord[]>
  /** Replaces a token of the same kind and name. */
  put(token: TokenRecord): Promise<void>
}

export interface TokenRecord {
  readonly kind: 'admin' | 'client'
  readonly name: string
  /** SHA-256 in hexadecimal: the text itself is never kept. */
  readonly hash: string
  readonly createdAt: number
}

/** The request log: one row a call, one more for each failed attempt. */
export interface RequestRecords {
  append(rows: readonly RequestRecord[]): Promise<void>
  /** Newest first. */
  list(page: Page): Promise<readonly RequestRecord[]>
  count(): Promise<number>
  /** The rows that fit, newest first, without bodies and failures, and how many fit in all. */
  search(
    filter: RequestFilter,
    page: Page,
  ): Promise<{ readonly rows: readonly RequestRecord[]; readonly total: number }>
  /** The newest row of this id. */
  get(id: string): Promise<RequestRecord | undefined>
  /** Removes rows older than `before`, then the oldest until the log is below `maxBytes`; gives the space back in small steps. */
  prune(limits: { readonly before: number; readonly maxBytes: number }): Promise<number>
}

/** A part of a list. */
export interface Page {
  readonly limit: number
  readonly offset?: number
}

/** Which rows of the request log; a field that is absent leaves none out. */
export interface RequestFilter {
  readonly client?: string
  readonly model?: string
  /** From the first status to the second, both included. */
  readonly status?: readonly [from: number, to: number]
  /** The key that answered, or that failed on the way. */
  readonly keyId?: string
  /** Milliseconds since 1970; this moment included. */
  readonly since?: number
}

export interface RequestRecord {
  readonly id: string
  readonly at: number
  readonly client: string | undefined
  readonly protocol: string
  /** Google's method name: `generateContent`, `countTokens`, … */
  readonly operation: string
  /** The one that the client asked for. */
  readonly model: string | undefined
  /** The one that answered in its place; undefined where none did. */
  readonly answeredBy: string | undefined
  readonly stream: boolean
  readonly status: number
  readonly errorKind: string | undefined
  /** The key and project that gave the answer, or failed last. */
  readonly keyId: string | undefined
  readonly project: string | undefined
  /** Google's service that the call went to last; undefined where it went to none. */
  readonly upstream: UpstreamName | undefined
  /** The way out that the last attempt went: `direct`, or a proxy without its credentials. */
  readonly way: string | undefined
  /** Where the client was. */
  readonly address: string | undefined
  readonly attempts: number
  /** Keys that might have been used at the first attempt, and keys in all. */
  readonly usableKeys: number | undefined
  readonly totalKeys: number | undefined
  /** Why the others were out: `12 resting, 1 invalid`. */
  readonly outKeys: string | undefined
  /** What the client was told in `x-geminate-notes`. */
  readonly notes: string | undefined
  readonly promptTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly thoughtTokens: number | undefined
  readonly cachedTokens: number | undefined
  readonly totalTokens: number | undefined
  readonly firstTokenMilliseconds: number | undefined
  readonly durationMilliseconds: number
  /** Only where `log.bodies` is on. */
  readonly requestBody: string | undefined
  readonly replyBody: string | undefined
  readonly failures: readonly AttemptRecord[]
}

/** A failed attempt, secrets masked. */
export interface AttemptRecord {
  readonly at: number
  readonly keyId: string
  readonly project: string
  /** The way out: `direct`, or a proxy without its credentials. */
  readonly way: string
  /** What the attempt was charged to and why, in our words. */
  readonly fault: string
  /** 0 when no answer came. */
  readonly status: number
  /** Google's own `error.status`. */
  readonly googleStatus: string | undefined
  /** Google's text, at most 2 KB. */
  readonly text: string
  /** How long the call had waited before this attempt. */
  readonly waitMilliseconds: number
  readonly durationMilliseconds: number
}

/** Small JSON documents: each plugin's own store, the model list. */
export interface DocumentRecords {
  get(scope: string, name: string): Promise<unknown>
  put(scope: string, name: string, value: unknown): Promise<void>
  delete(scope: string, name: string): Promise<void>
  names(scope: string): Promise<readonly string[]>
}

/** Which key made each of Google's resources, and for whom. */
export interface ResourceRecords {
  /** What is not over at a time in milliseconds since 1970, oldest first. */
  load(now: number): Promise<readonly ResourceRecord[]>
  /** Replaces by `name` and `keyId`, and removes; a resource in both lists is kept. */
  save(changes: {
    readonly put: readonly ResourceRecord[]
    readonly removed: readonly Pick<ResourceRecord, 'name' | 'keyId'>[]
  }): Promise<void>
}

export interface ResourceRecord {
  /** `files/abc`, `models/veo/operations/x`, `uploads/…` */
  readonly name: string
  readonly keyId: string
  /** The key's project when it made the resource. */
  readonly project: string
  readonly client: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly expiresAt: number
  /** Of an upload in progress: where at Google its bytes go, path and query. */
  readonly uploadPath: string | undefined
}
