import type { Fault } from './fault.ts'

/** Google's services that keys are for, as the settings name them: the Gemini API, and Vertex AI in express mode. */
export const UPSTREAMS = ['gemini', 'vertex'] as const

/** One of them. */
export type UpstreamName = (typeof UPSTREAMS)[number]

/** An upstream credential, without its secret. */
export interface Key {
  /** Stable over restarts: derived from the secret, which cannot be derived from it. */
  readonly id: string
  readonly name: string | undefined
  /** Whose quota it spends. A key without a stated project is a project of its own until Google names one. */
  readonly project: string
  readonly weight: number
  readonly tags: readonly string[]
  /** Calls that it may serve at once; no limit where absent. */
  readonly maxConcurrent?: number | undefined
}

/** `resting` and `exhausted` end by themselves, the others do not. */
export const KEY_STATES = [
  'active',
  'resting',
  'exhausted',
  'invalid',
  'expired',
  'suspended',
  'leaked',
  'restricted',
  'disabled',
] as const

export type KeyState = (typeof KEY_STATES)[number]

/** What a key is wanted for. */
export interface KeyQuery {
  /** Model id without `models/`; undefined for methods that name no model. */
  readonly model: string | undefined
  /** Input tokens that the call will spend, as far as can be told before; none where absent. */
  readonly tokens?: number
  /** Calls with the same text belong together, and are best served by one project, whose cache they share. */
  readonly affinity?: string
  /** Only keys of this project will do: it owns what the call names. */
  readonly project?: string | undefined
  /** The key of that project that is wanted most, by its id. */
  readonly keyId?: string
}

/** What became of an attempt. */
export type Outcome = { readonly ok: true } | ({ readonly ok: false } & Fault)

/**
 * The keys that may be used now for one query, in no particular order. Nothing here walks the pool:
 * `size`, `at` and `sample` cost the same for ten keys and for a hundred thousand.
 */
export interface UsableKeys {
  readonly size: number
  /** The key at a position below `size`; positions are only good until the next await. */
  at(index: number): Key
  /** One key by chance. */
  sample(): Key
  /** The usable keys of one project. */
  byProject(project: string): readonly Key[]
  /** A usable key by its id; undefined where it is not usable now. */
  find(id: string): Key | undefined
}

/** A preference among keys that may be used now. Health, resting and retry are the pool's. Must not walk all keys. */
export interface KeyStrategy {
  /** Undefined only when `usable.size` is 0. */
  pick(usable: UsableKeys, call: KeyQuery): Key | undefined
  settle?(key: Key, call: KeyQuery, outcome: Outcome): void
}

/** What a strategy may need from outside, so that tests can run it in virtual time. */
export interface StrategyContext {
  readonly now: () => number
  readonly random: () => number
  /**
   * How much of its quota a key's project would have left for the model after this call: 1 for all of it, 0 for none,
   * below 0 where the call does not fit. Of several limits the tightest counts; a project whose limits nobody
   * knows yet stands between, lower the more it was used. As of the pick that is under way.
   */
  slack(key: Key, call: KeyQuery): number
  /** Calls that the key serves at this moment. */
  inFlight(key: Key): number
}
