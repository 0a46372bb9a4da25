import type { UpstreamName } from '../keys.ts'

const VERSION = /\/(v\d+(?:(?:alpha|beta)\d*)?(?:\/publishers\/google(?:\/models)?)?)\/*$/i

/** What is wrong with the address that the paths of a service's calls are put behind; the address is in no sentence. */
export function problemsOfBaseUrl(text: string, upstream: UpstreamName, where: string): string[] {
  const setting = `Setting "upstream.${upstream}.baseUrl" ${where}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || /\s/.test(text))
    return [`${setting} is no address, but must be one such as https://example.com`]
  if (url.username !== '' || url.password !== '') {
    return [
      `${setting} must not hold a user or a password; put credentials into "upstream.${upstream}.headers"`,
    ]
  }
  // By the text: a bare `?` or `#` leaves nothing in the parsed address.
  if (text.includes('?')) return [`${setting} must not hold a query; take away the "?" and what follows it`]
  if (text.includes('#'))
    return [`${setting} must not hold a fragment; take away the "#" and what follows it`]
  const version = VERSION.exec(url.pathname)?.[1]
  if (version === undefined) return []
  return [`${setting} must not end in a version, which each call brings; take away "/${version}"`]
}
