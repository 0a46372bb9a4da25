import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Model } from '../canonical.ts'
import { isModel } from './model-list.ts'

const KeptUnion = Type.Object({
  models: Type.Array(Type.Unknown()),
  lists: Type.Array(
    Type.Object({ project: Type.String(), at: Type.Number(), names: Type.Array(Type.String()) }),
  ),
})

/** What one project saw when it was asked. */
type ProjectList = Static<typeof KeptUnion>['lists'][number]

/** The lists of the projects asked last, as one. */
export interface ModelUnion {
  /** Takes a project's list in place of its former one; what it says of a model holds from now on. */
  learn(project: string, models: readonly Model[], at: number): void
  /** The same array until something is learned. */
  models(): readonly Model[]
  /** Projects that see a model, by its name with or without `models/`. */
  seenBy(model: string): readonly string[]
  /** When the newest list was learned; `-Infinity` without any. */
  newest(): number
  /** All of it, as plain JSON. */
  toDocument(): unknown
  /** Takes back what `toDocument` gave; anything else changes nothing. */
  restore(document: unknown): void
}

const MAX_LISTS = 64
/** A list this much older than the newest one speaks of a project that nobody asks any more. */
const MAX_AGE = 7 * 24 * 3_600_000

/** An empty union. */
export function createModelUnion(): ModelUnion {
  let lists: ProjectList[] = []
  let models: Model[] = []
  let projects = new Map<string, string[]>()

  function index(): void {
    projects = new Map()
    for (const { project, names } of lists) {
      for (const name of names) projects.set(name, [...(projects.get(name) ?? []), project])
    }
    models = models.filter(({ name }) => projects.has(name))
  }

  return {
    learn(project, list, at) {
      const others = lists.filter((known) => known.project !== project && at - known.at < MAX_AGE)
      const names = [...new Set(list.map(({ name }) => name))]
      lists = [...others, { project, at, names }].slice(-MAX_LISTS)
      models = merge(models, list)
      index()
    },
    models: () => models,
    seenBy: (model) => projects.get(model.startsWith('models/') ? model : `models/${model}`) ?? [],
    newest: () => Math.max(...lists.map(({ at }) => at)),
    toDocument: () => ({ models, lists }),
    restore(document) {
      if (!Value.Check(KeptUnion, document)) return
      lists = document.lists
      models = document.models.filter(isModel)
      index()
    },
  }
}

/** A model not known yet goes behind the one it follows in its own list, so that Google's order holds. */
function merge(known: readonly Model[], list: readonly Model[]): Model[] {
  const merged = [...known]
  let position = -1
  for (const model of list) {
    const index = merged.findIndex(({ name }) => name === model.name)
    position = index < 0 ? position + 1 : index
    merged.splice(position, index < 0 ? 0 : 1, model)
  }
  return merged
}
