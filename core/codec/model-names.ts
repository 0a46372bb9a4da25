import { GatewayError } from '../errors.ts'
import { refuse, shown } from './request-values.ts'

/**
 * A model's name as Google has it, without `models/` and without the vendor's prefix that some clients add. What
 * cannot be a model of Google's is refused as one that does not exist.
 */
export function toModelName(stated: string): string {
  const name = stated.replace(/^(?:(?:models|google|gemini)\/)+/, '')
  if (name === '') return refuse('missing_required_parameter', 'model', "'model' must name a model")
  if (!/^(?:tunedModels\/)?[\w.:@~+-]{1,200}$/.test(name) || /^\.+$/.test(name)) throw noSuchModel(stated)
  return name
}

/** The model that a name stands for: `ProtocolRequest.modelOf`. */
export type ModelReading = (name: string) => string

/** Where nobody gives models other names. */
export const AS_STATED: ModelReading = (name) => name

/** What a client is told of a model that is not there. */
export function noSuchModel(name: string): GatewayError {
  return new GatewayError('not_found', `The model ${shown(name)} does not exist`, {
    code: 'model_not_found',
    param: 'model',
  })
}
