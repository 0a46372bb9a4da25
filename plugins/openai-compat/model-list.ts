import type { Model } from '../../core/canonical.ts'
import { defined } from '../../core/codec/defined.ts'
import { traitsOf } from '../../core/models.ts'

/** A model as OpenAI describes it: https://platform.openai.com/docs/api-reference/models/object */
export interface ModelObject {
  readonly id: string
  readonly object: 'model'
  readonly created: number
  readonly owned_by: string
  /** Not OpenAI's: the day on which Google ends it, and the model to use then, where they are known. */
  readonly shutdown?: string
  readonly successor?: string
}

/** The models that a client of OpenAI's can use: those that generate or embed. */
export function toModelList(models: readonly Model[]): { object: 'list'; data: ModelObject[] } {
  return { object: 'list', data: models.filter(isOfUse).map(toModelObject) }
}

/** Google does not tell when a model was made. */
const CREATED = 0

/** One of them. */
export function toModelObject(model: Model): ModelObject {
  const { shutdown, successor } = traitsOf(idOf(model))
  // A plugin may know better than Google what comes next.
  const next = typeof model.successor === 'string' ? model.successor : successor
  const end = defined({ shutdown, successor: next })
  return { id: idOf(model), object: 'model', created: CREATED, owned_by: 'google', ...end }
}

function idOf({ name }: Model): string {
  return name.replace(/^models\//, '')
}

/** Whether such a client can use it; a model of a plugin's own need not say what it can do. */
export function isOfUse({ supportedGenerationMethods: methods }: Model): boolean {
  return methods?.some((method) => method === 'generateContent' || method === 'embedContent') ?? true
}
