import { GatewayError } from '../errors.ts'

/** The error for a schema that is beyond all measure; `what` says in which way. */
export function tooMuch(at: string, what: string): GatewayError {
  const message = `${at === '' ? 'The schema' : at} ${what}; make it simpler`
  return new GatewayError('invalid_request', message, { param: at })
}
