import { GatewayError } from '../errors.ts'

/** The error for the part of a schema at a path; `what` goes on after the path: `leads nowhere`. */
export function schemaError(at: string, what: string): GatewayError {
  const param = at === '' ? {} : { param: at }
  return new GatewayError('invalid_request', `${at === '' ? 'The schema' : at} ${what}`, param)
}
