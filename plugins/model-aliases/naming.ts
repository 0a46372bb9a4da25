import type { Model } from '../../core/canonical.ts'
import { noSuchModel } from '../../core/codec/model-names.ts'
import { byPattern } from '../../core/models/by-pattern.ts'
import { toAnyPattern } from '../../core/models/model-pattern.ts'

/** The part of the config that names models. */
export interface NamingOptions {
  /** A name or a pattern → the model that answers to it. */
  readonly aliases: Readonly<Record<string, string>>
  /** A model → its new name. */
  readonly renames: Readonly<Record<string, string>>
  /** Patterns. */
  readonly hidden: readonly string[]
}

/** What clients call models. */
export interface ModelNaming {
  /** The model that a name stands for; throws `not_found` for one that is hidden or has another name now. */
  modelOf(name: string): string | undefined
  /** The list as clients see it. */
  list(models: readonly Model[]): readonly Model[]
  /** What clients may call a model of Google's; undefined for one that they may not ask for. */
  shownAs(model: string): string | undefined
  /** Whether a name, Google's perhaps, was given to another model. */
  isGiven(name: string): boolean
  /** Every name is Google's. */
  readonly isPlain: boolean
}

/** Names, by the config. */
export function createModelNaming({ aliases, renames, hidden }: NamingOptions): ModelNaming {
  const renamed = new Map(Object.entries(renames))
  const byNewName = new Map([...renamed].map(([model, name]) => [name, model]))
  const statedTarget = byPattern({ ...Object.fromEntries(byNewName), ...exactFirst(aliases) })
  const isUnwanted = toAnyPattern(hidden)

  /** An alias may be of a model under its new name. */
  function targetOf(name: string): string | undefined {
    const target = statedTarget(name)
    return target === undefined ? undefined : (byNewName.get(target) ?? target)
  }

  function shown(model: Model, all: readonly Model[]): readonly Model[] {
    const name = nameOf(model)
    const target = targetOf(name)
    if (target !== undefined) return [called(describing(all, target), name)]
    const newName = renamed.get(name)
    if (newName !== undefined) return [called(model, newName)]
    return isUnwanted(name) ? [] : [model]
  }

  return {
    isPlain: renamed.size === 0 && hidden.length === 0 && Object.keys(aliases).length === 0,

    modelOf(name) {
      const target = targetOf(name)
      if (target !== undefined) return target
      if (renamed.has(name) || isUnwanted(name)) throw noSuchModel(name)
      return undefined
    },

    shownAs: (model) => renamed.get(model) ?? (isUnwanted(model) ? undefined : model),
    isGiven: (name) => targetOf(name) !== undefined,

    list(models) {
      const visible = models.flatMap((model) => shown(model, models))
      const known = new Set(visible.map(nameOf))
      const added = Object.keys(aliases).filter((name) => !name.includes('*') && !known.has(name))
      return [...visible, ...added.map((name) => called(describing(models, targetOf(name)!), name))]
    },
  }
}

function exactFirst(aliases: Readonly<Record<string, string>>): Record<string, string> {
  const rows = Object.entries(aliases)
  const isPattern = ([name]: readonly [string, string]) => name.includes('*')
  return Object.fromEntries([...rows.filter((row) => !isPattern(row)), ...rows.filter(isPattern)])
}

/** The entry of a target, or of what it is without suffixes; one that nobody knows is described by its name alone. */
function describing(models: readonly Model[], target: string): Model {
  const found = models.filter((model) => `${target}-`.startsWith(`${nameOf(model)}-`))
  const [longest] = found.sort((one, other) => other.name.length - one.name.length)
  return longest ?? { name: `models/${target}` }
}

function called({ displayName: _, ...model }: Model, name: string): Model {
  return { ...model, name: `models/${name}`, displayName: name }
}

function nameOf({ name }: Model): string {
  return name.replace(/^models\//, '')
}
