import type { KeyState } from '../keys.ts'
import type { Doubts } from './doubts.ts'
import { doubtOf, type KeyView, toKeyView } from './key-view.ts'
import type { RestBook, RunningRest } from './rest-book.ts'
import type { Entry, Roster } from './roster.ts'

/** A pool at one moment; good until the next await. */
export interface PoolSnapshot {
  /** What matters for choosing and sorting; undefined for a key that is not in the pool. */
  glance(id: string): KeyGlance | undefined
  /** All there is to show of a key. */
  view(id: string): KeyView | undefined
  /** The same for one model: a key rests only where it may not serve this one. */
  of(model: string): PoolSnapshot
}

export interface KeyGlance {
  readonly project: string
  readonly state: KeyState
  /** Since when it is in this state; milliseconds since 1970. */
  readonly since: number
}

export interface SnapshotSource {
  readonly roster: Roster
  readonly book: RestBook
  readonly doubts: Doubts
  readonly now: number
}

type Resting = { readonly state: 'resting' | 'exhausted'; readonly since: number }

/** A snapshot of all models together. It walks the projects that rest, not the keys. */
export function takeSnapshot(source: SnapshotSource): PoolSnapshot {
  return snapshotOf(source, source.book.models)
}

function snapshotOf(source: SnapshotSource, models: RestBook['models']): PoolSnapshot {
  const { roster, doubts, now } = source
  const resting = restingProjects(models, now)

  function glance(id: string): KeyGlance | undefined {
    const entry = roster.entries.get(id)
    if (entry === undefined) return undefined
    const { project } = entry.key
    const { state, since } = stateOf(entry, resting.get(project))
    return { project, state, since }
  }

  function* restsOf(project: string): Generator<RunningRest> {
    if (!resting.has(project)) return
    for (const [model, { rests }] of models()) {
      const rest = rests.get(project)
      if (rest === undefined || rest.until <= now) continue
      const { until, state, reason, since } = rest
      yield { project, model, until, state, reason, since }
    }
  }

  return {
    glance,
    view(id) {
      const entry = roster.entries.get(id)
      return entry && toKeyView(entry, [...doubtOf(entry, doubts), ...restsOf(entry.key.project)])
    },
    of: (model) => snapshotOf(source, () => only(models(), model)),
  }
}

/** As the view says it: what does not end by itself, then doubt, then the longest kind of rest. */
function stateOf({ state, since, doubt }: Entry, rest: Resting | undefined): Omit<KeyGlance, 'project'> {
  if (state !== 'active') return { state, since }
  if (rest?.state === 'exhausted') return rest
  if (doubt !== undefined) return { state: 'resting', since: doubt.since }
  return rest ?? { state, since }
}

function restingProjects(models: RestBook['models'], now: number): ReadonlyMap<string, Resting> {
  const projects = new Map<string, Resting>()
  for (const [, { rests }] of models()) {
    for (const [project, rest] of rests) {
      if (rest.until <= now) continue
      const known = projects.get(project)
      if (known === undefined || (known.state === 'resting' && rest.state === 'exhausted')) {
        projects.set(project, rest)
      }
    }
  }
  return projects
}

type Models = ReturnType<RestBook['models']>

function only(models: Models, model: string): Models {
  return [...models].filter(([name]) => name === model)
}
