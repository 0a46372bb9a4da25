import type { Ownership } from '../ownership/ownership.ts'
import { toResourceName } from '../ownership/resource-name.ts'

/**
 * The short-lived token by which a session is asked for, where its method takes one: a client of our client has no
 * other credential. https://ai.google.dev/gemini-api/docs/ephemeral-tokens
 */
export function liveTokenOf(url: URL, headers: Headers): string | undefined {
  if (!CONSTRAINED.test(url.pathname)) return undefined
  const stated = url.searchParams.get('access_token') ?? TOKEN.exec(headers.get('authorization') ?? '')?.[1]
  return stated?.startsWith('auth_tokens/') ? stated : undefined
}

const CONSTRAINED = /^\/+(gemini\/+)?ws\/+google\.ai\.[\w.]+\.BidiGenerateContentConstrained\/?$/
const TOKEN = /^token\s+(\S+)\s*$/i

/** The client that made the token; undefined where none of ours did. */
export function makerOfToken(
  token: string | undefined,
  ownership: Pick<Ownership, 'makerOf'>,
): string | undefined {
  const name = token === undefined ? undefined : toResourceName(token)
  return name === undefined ? undefined : ownership.makerOf(name)
}
