/**
 * The credentials of a request, most usual place first: `Authorization: Bearer`, `x-goog-api-key`, `x-api-key`,
 * `?key=`. Empty ones do not count; a client that sends the same in two places is no odd one.
 */
export function credentialsOf(headers: Headers, url: URL): string[] {
  const bearer = bearerOf(headers)
  const query = url.search.includes('key=') ? url.searchParams.getAll('key') : []
  const found = [bearer, headers.get('x-goog-api-key'), headers.get('x-api-key'), ...query]
  return found.map((credential) => credential?.trim() ?? '').filter((credential) => credential !== '')
}

/** What stands behind `Authorization: Bearer`. */
export function bearerOf(headers: Headers): string | undefined {
  return /^bearer\s+(\S+)\s*$/i.exec(headers.get('authorization') ?? '')?.[1]
}

/** A query without the parts that carry a credential; the others keep their order and their very bytes. */
export function withoutCredentials(search: string): string {
  if (search === '') return ''
  const kept = search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !CREDENTIALS.has(nameOf(pair)))
  return kept.length > 0 ? `?${kept.join('&')}` : ''
}

const CREDENTIALS = new Set(['key', '$key', 'access_token', '$access_token', 'oauth_token'])

function nameOf(pair: string): string {
  const name = pair.split('=', 1)[0] ?? ''
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name // not an encoded name, so not one of ours either
  }
}
