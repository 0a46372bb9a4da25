import { GatewayError } from '../../core/errors.ts'

/** Refuses a request for the sake of one field, as OpenAI's clients are told of it. */
export function refuse(param: string, message: string, code = 'invalid_value'): never {
  throw new GatewayError('invalid_request', message, { code, param })
}
