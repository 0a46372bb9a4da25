import { ProxyError } from '../../core/transport.ts'

/** Why no connection through the proxy came about. No sentence holds the proxy's user or password. */
export function toConnectError(name: string, thrown: unknown): ProxyError {
  if (thrown instanceof ProxyError) return thrown
  const { message, code } = partsOf(thrown)
  if (/authentication failed/i.test(message)) return toCredentialsError(name, '', thrown)
  const refused = /rejected connection - (\w+)/i.exec(message)?.[1]
  if (refused !== undefined)
    return new ProxyError(`The proxy ${name} refused to connect: ${refused}`, { cause: thrown })
  if (isOfTrust(code, message)) {
    return new ProxyError(`The certificate of the proxy ${name} is not to be trusted: ${code || message}`, {
      cause: thrown,
    })
  }
  const why = code || /\b(E[A-Z]{5,})\b/.exec(message)?.[1] || message
  return new ProxyError(`The proxy ${name} cannot be reached: ${why}`, { cause: thrown })
}

/** Why the proxy would not connect to the host, by the HTTP status that it gave. */
export function toRefusedError(name: string, host: string, status: number): ProxyError {
  if (status === 407 || status === 401) return toCredentialsError(name, ` (${status})`, undefined)
  return new ProxyError(`The proxy ${name} refused to connect to ${host} with ${status}`)
}

/** Why the host behind the proxy was not trusted, or would not speak TLS. */
export function toTrustError(name: string, host: string, thrown: Error): ProxyError {
  const { message, code } = partsOf(thrown)
  if (isOfAnotherName(code, message)) {
    const what = `The certificate that came through the proxy ${name} is not for ${host}`
    return new ProxyError(`${what}: ${code || message}`, { cause: thrown })
  }
  const what = `TLS with ${host} through the proxy ${name} failed`
  return new ProxyError(
    isOfTrust(code, message)
      ? `The certificate for ${host} that came through the proxy ${name} is not to be trusted: ${code || message}`
      : `${what}: ${code || message}`,
    { cause: thrown },
  )
}

function toCredentialsError(name: string, status: string, cause: unknown): ProxyError {
  return new ProxyError(`The proxy ${name} does not take its user and password${status}`, { cause })
}

function isOfAnotherName(code: string, message: string): boolean {
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' || /altname|not valid for name/i.test(message)
}

function isOfTrust(code: string, message: string): boolean {
  return /CERT|LEAF_SIGNATURE|ISSUER|SIGNED/.test(code) || /certificate/i.test(message)
}

function partsOf(thrown: unknown): { readonly message: string; readonly code: string } {
  if (!(thrown instanceof Error)) return { message: String(thrown), code: '' }
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  return { message: thrown.message, code }
}
