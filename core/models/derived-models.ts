import type { Model } from '../canonical.ts'

/**
 * A list of models, and behind it each of them under the names that suffixes give it; one that is on the list already
 * keeps its place.
 */
export function withDerived(
  list: readonly Model[],
  endings: readonly (readonly [suffix: string, fits: (model: Model) => boolean])[],
): readonly Model[] {
  if (endings.length === 0) return list
  const known = new Set(list.map(({ name }) => name))
  const derived = list.flatMap((model) =>
    endings
      .filter(([suffix, fits]) => !known.has(model.name + suffix) && fits(model))
      .map(([suffix]) => toDerived(model, suffix)),
  )
  return [...list, ...derived]
}

function toDerived(model: Model, suffix: string): Model {
  const name = model.name + suffix
  return model.displayName === undefined
    ? { ...model, name }
    : { ...model, name, displayName: `${model.displayName} (${suffix.slice(1)})` }
}
