import type { Model } from '../canonical.ts'

/** An ending of names, and which models are listed with it. */
export type Ending = readonly [suffix: string, fits: (model: Model) => boolean]

/**
 * A list of models, and behind it each of them under the names that suffixes give it; one that is on the list already
 * keeps its place. `modelOf` says what a name of the list stands for, perhaps with suffixes, where that is another
 * model: what fits that model fits the name.
 */
export function withDerived(
  list: readonly Model[],
  endings: readonly Ending[],
  modelOf: (name: string) => string | undefined,
): readonly Model[] {
  if (endings.length === 0) return list
  const known = new Set(list.map(({ name }) => name))
  const derived = list.flatMap((model) => {
    const meant = meantBy(model, endings, modelOf)
    return endings
      .filter(([suffix, fits]) => !known.has(model.name + suffix) && fits(meant))
      .map(([suffix]) => toDerived(model, suffix))
  })
  return [...list, ...derived]
}

function meantBy(
  model: Model,
  endings: readonly Ending[],
  modelOf: (name: string) => string | undefined,
): Model {
  const target = modelOf(model.name.replace(/^models\//, ''))
  return target === undefined ? model : { ...model, name: `models/${withoutSuffixes(target, endings)}` }
}

function withoutSuffixes(name: string, endings: readonly Ending[]): string {
  const suffix = endings.map(([each]) => each).find((each) => name.endsWith(each))
  return suffix === undefined ? name : withoutSuffixes(name.slice(0, -suffix.length), endings)
}

function toDerived(model: Model, suffix: string): Model {
  const name = model.name + suffix
  return model.displayName === undefined
    ? { ...model, name }
    : { ...model, name, displayName: `${model.displayName} (${suffix.slice(1)})` }
}
