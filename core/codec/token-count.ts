import type { GenerateContentRequest } from '../canonical.ts'
import { fitSchemas } from '../fitting/fit-schemas.ts'
import { traitsOf } from '../models.ts'
import type { Conversion, SchemaPlaces } from '../plugin.ts'

/** What is to be counted, by Google's name of its model. */
export interface Counted {
  readonly model: string
  readonly request: GenerateContentRequest
  readonly schemasAt?: SchemaPlaces | undefined
  readonly notes?: readonly string[] | undefined
}

/** A canonical request for Google's `countTokens`, system and tools included; `toAnswer` as in `Conversion`. */
export function toCountTokens(counted: Counted, toAnswer: Conversion['toAnswer']): Conversion {
  const { model, notes } = counted
  const { request } = fitSchemas(counted.request, traitsOf(model).schemas, counted.schemasAt)
  const resource = model.includes('/') ? model : `models/${model}`
  return {
    target: {
      path: `/v1beta/${resource.split('/').map(encodeURIComponent).join('/')}:countTokens`,
      query: '',
      operation: 'countTokens',
      model,
      stream: false,
      short: true,
    },
    body: { generateContentRequest: { model: resource, ...request } },
    ...(notes && { notes }),
    toAnswer,
  }
}
