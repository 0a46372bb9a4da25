import { GatewayError } from '../../core/errors.ts'

/** Refuses a request by another method than those that its path takes; the first is named. */
export function refuseOtherMethods({ method, url }: Request, served: readonly string[]): void {
  if (served.includes(method)) return
  const { pathname } = new URL(url)
  throw new GatewayError('method_not_allowed', `${pathname} takes ${served[0]}, not ${method}`)
}

/** An id of a path, which may be percent-encoded, with slashes in it. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a stray percent sign: no model is named so
  }
}
