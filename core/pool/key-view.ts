import type { KeyState } from '../keys.ts'
import type { RestRecord } from '../store.ts'
import type { Doubts } from './doubts.ts'
import type { RunningRest } from './rest-book.ts'
import type { Entry } from './roster.ts'

/** One key for the operator; no secret. */
export interface KeyView {
  readonly id: string
  readonly name: string | undefined
  readonly project: string
  readonly weight: number
  readonly tags: readonly string[]
  readonly state: KeyState
  /** Why it is in this state, '' where it is active. */
  readonly reason: string
  /** Since when; milliseconds since 1970. */
  readonly since: number
  /** What its project rests for now; a key in doubt rests for every model, `*`. */
  readonly rests: readonly RestView[]
}

export type RestView = Omit<RestRecord, 'project'>

/** What a key in doubt rests for: every model. */
export function doubtOf({ doubt, key }: Entry, doubts: Doubts): readonly RunningRest[] {
  if (doubt === undefined) return []
  const { reason, since } = doubt
  return [
    { project: key.project, model: '*', state: 'resting', until: doubts.verdictAt(doubt), reason, since },
  ]
}

/** One key, of which what its project rests for is known. */
export function toKeyView(entry: Entry, rests: readonly RunningRest[]): KeyView {
  const { id, name, project, weight, tags } = entry.key
  const worst = rests.find(({ state }) => state === 'exhausted') ?? rests[0]
  const { state, reason, since } = entry.state !== 'active' || worst === undefined ? entry : worst
  return {
    id,
    name,
    project,
    weight,
    tags,
    state,
    reason,
    since,
    rests: rests.map(({ model, until, state, reason }) => ({ model, until, state, reason })),
  }
}
