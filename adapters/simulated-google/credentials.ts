import type { IncomingHttpHeaders } from 'node:http'

/** The one key of a request, or what Google says when there is none, several, or one in the wrong place. */
export type Credential =
  | { readonly key: string }
  | {
      readonly key?: string
      readonly refusal:
        | 'multipleCredentials'
        | 'unregisteredCallers'
        | 'unauthenticated401'
        | 'missingAuthorization'
    }

/**
 * Reads `x-goog-api-key`, `?key=` and `Authorization: Bearer`; an empty one is none. The OpenAI layer takes a
 * key as bearer and nothing else, all the rest of the API takes it anywhere but there.
 */
export function credentialOf(
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
  isOpenAi: boolean,
): Credential {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
  const others = [headers['x-goog-api-key'], ...query.getAll('key')].flat().filter((key) => !!key) as string[]
  const found = bearer ? [bearer, ...others] : others
  const key = found[0]
  if (found.length > 1) return { key, refusal: 'multipleCredentials' }
  if (isOpenAi) return bearer ? { key: bearer } : { key, refusal: 'missingAuthorization' }
  if (key === undefined) return { refusal: 'unregisteredCallers' }
  return bearer ? { key, refusal: 'unauthenticated401' } : { key }
}
