import type { GoogleError } from './errors.ts'
import type { KeyState } from './keys.ts'
import type { QuotaLimit } from './quota/quota-window.ts'

/** Who a failed attempt is charged to. Only the first four touch a key. */
export type Charge =
  | 'key'
  | 'project'
  | 'key-in-doubt'
  | 'project-and-model'
  | 'model'
  | 'way-out'
  | 'attempt'
  | 'client'
  | 'ourselves'
  | 'nobody'

/**
 * What the call does next: `another` key at once, without limit but the deadline; another key a `few`
 * times (overload); try again `twice` at most; or `answer` the client with what came.
 */
export type Next = 'another' | 'few' | 'twice' | 'answer'

interface FaultRule {
  readonly charge: Charge
  readonly next: Next
  /** The state that the key, or every key of the project, is put into. */
  readonly state?: KeyState
}

/** Whose fault each kind of failure is, and what follows. */
export const FAULTS = {
  key_invalid: { charge: 'key', next: 'another', state: 'invalid' },
  key_expired: { charge: 'key', next: 'another', state: 'expired' },
  key_leaked: { charge: 'key', next: 'another', state: 'leaked' },
  key_restricted: { charge: 'key', next: 'another', state: 'restricted' },
  key_doubtful: { charge: 'key-in-doubt', next: 'another' },
  project_suspended: { charge: 'project', next: 'another', state: 'suspended' },
  project_denied: { charge: 'project', next: 'another', state: 'suspended' },
  service_disabled: { charge: 'project', next: 'another', state: 'restricted' },
  billing_depleted: { charge: 'project', next: 'another', state: 'suspended' },
  quota_minute: { charge: 'project-and-model', next: 'another', state: 'resting' },
  quota_day: { charge: 'project-and-model', next: 'another', state: 'exhausted' },
  quota_none: { charge: 'project-and-model', next: 'another', state: 'exhausted' },
  quota_unknown: { charge: 'project-and-model', next: 'another', state: 'resting' },
  free_tier_blocked: { charge: 'project-and-model', next: 'another', state: 'resting' },
  model_closed: { charge: 'project-and-model', next: 'another', state: 'exhausted' },
  model_overloaded: { charge: 'model', next: 'few' },
  model_failed: { charge: 'model', next: 'few' },
  model_timeout: { charge: 'model', next: 'few' },
  cut_off: { charge: 'model', next: 'few' },
  bad_gateway: { charge: 'way-out', next: 'few' },
  connection_failed: { charge: 'way-out', next: 'few' },
  proxy_failed: { charge: 'way-out', next: 'few' },
  region_blocked: { charge: 'way-out', next: 'answer' },
  address_blocked: { charge: 'way-out', next: 'answer' },
  empty: { charge: 'attempt', next: 'twice' },
  malformed_call: { charge: 'attempt', next: 'twice' },
  unreadable: { charge: 'attempt', next: 'twice' },
  client_mistake: { charge: 'client', next: 'answer' },
  not_owned: { charge: 'ourselves', next: 'answer' },
  credentials_rejected: { charge: 'ourselves', next: 'answer' },
  refused: { charge: 'nobody', next: 'answer' },
} as const satisfies Record<string, FaultRule>

export type FaultKind = keyof typeof FAULTS

/** One failed attempt, attributed. Its texts are already masked. */
export interface Fault {
  readonly kind: FaultKind
  /** 0 when no answer came. */
  readonly status: number
  /** One line for the operator. */
  readonly reason: string
  /** Google's error object, where the answer was one. */
  readonly error?: GoogleError
  /** The answer's text. */
  readonly text: string
  /** How long Google asks to wait. */
  readonly retryAfterMilliseconds?: number
  /** `projects/N` where Google named the project. */
  readonly project?: string
  /** The limits that Google says were passed. */
  readonly limits?: readonly QuotaLimit[]
}

/** The rule of a fault. */
export function ruleOf(fault: Pick<Fault, 'kind'>): FaultRule {
  return FAULTS[fault.kind]
}
