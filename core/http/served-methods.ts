import { GatewayError } from '../errors.ts'

/** Methods of a route that only tells something. */
export const READING = ['GET', 'HEAD'] as const

/** Refuses a request by another method than a route serves; throws `method_not_allowed`. */
export function refuseOtherMethods({ method, url }: Request, served: readonly string[]): void {
  if (served.includes(method)) return
  const { pathname } = new URL(url)
  throw new GatewayError('method_not_allowed', `${pathname} takes ${served[0]}, not ${method}`)
}
