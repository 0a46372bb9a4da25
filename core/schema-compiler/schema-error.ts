import { GatewayError } from '../errors.ts'
import { brief } from './brief.ts'

/** The error for the part of a schema at a path; `what` goes on after the path: `leads nowhere`. */
export function schemaError(at: string, what: string): GatewayError {
  const place = brief(at)
  const options = { code: 'invalid_value', ...(place !== '' && { param: place }) }
  return new GatewayError('invalid_request', `${place === '' ? 'The schema' : place} ${brief(what)}`, options)
}
