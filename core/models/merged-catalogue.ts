import type { Model } from '../canonical.ts'
import { isGatewayError } from '../errors.ts'
import type { ModelCatalogue } from './model-catalogue.ts'

/** A second catalogue, and what of it is listed. */
export interface SecondCatalogue {
  readonly catalogue: ModelCatalogue
  /** Of a model without `models/`. */
  isListed(model: string): boolean
}

/** A catalogue with another one behind it; closes neither. */
export function mergeCatalogues(
  first: ModelCatalogue,
  { catalogue: second, isListed }: SecondCatalogue,
): Pick<ModelCatalogue, 'models' | 'seenBy'> {
  return {
    async models() {
      const more = (await modelsIfAny(second)).filter(({ name }) => isListed(name.replace(/^models\//, '')))
      return more.length === 0 ? first.models() : merge(await modelsIfAny(first), more)
    },
    seenBy(model) {
      const projects = first.seenBy(model)
      return projects.length === 0 ? second.seenBy(model) : projects
    },
  }
}

/** Without a key there is no list, and the other one still is. */
async function modelsIfAny(catalogue: ModelCatalogue): Promise<readonly Model[]> {
  try {
    return await catalogue.models()
  } catch (thrown) {
    if (isGatewayError(thrown) && thrown.kind === 'no_available_keys') return []
    throw thrown
  }
}

function merge(models: readonly Model[], more: readonly Model[]): readonly Model[] {
  const known = new Set(models.map(({ name }) => name))
  return [...models, ...more.filter(({ name }) => !known.has(name))]
}
