import type { Model } from '../canonical.ts'
import type { ModelNames } from './model-names.ts'

/** Where models are looked for. */
export interface ModelLists {
  /** As clients see it. */
  shown(): Promise<readonly Model[]>
  /** Google's own. */
  googles(): Promise<readonly Model[]>
}

/**
 * What is known of the model that a name stands for, under that very name: one of the list, or one that only works, such
 * as an alias by a pattern or several suffixes. Undefined where nobody knows it; throws as `ModelNames.read` does.
 */
export async function describeModel(
  stated: string,
  names: Pick<ModelNames, 'read'>,
  { shown, googles }: ModelLists,
): Promise<Model | undefined> {
  const listed = named(await shown(), stated)
  if (listed) return listed
  const { model } = names.read(stated)
  const meant = model === stated ? undefined : named(await googles(), model)
  return meant && { ...meant, name: `models/${stated}`, displayName: stated }
}

function named(models: readonly Model[], id: string): Model | undefined {
  return models.find(({ name }) => name === `models/${id}`)
}
