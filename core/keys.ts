import type { Fault } from './fault.ts'

/** An upstream credential, without its secret. */
export interface Key {
  /** Stable over restarts: derived from the secret, which cannot be derived from it. */
  readonly id: string
  readonly name: string | undefined
  /** Whose quota it spends. A key without a stated project is a project of its own until Google names one. */
  readonly project: string
  readonly weight: number
  readonly tags: readonly string[]
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
}
