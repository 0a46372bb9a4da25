import { FetchError } from '../guarded-fetch.ts'
import { toModelPattern } from '../models/model-pattern.ts'

/** Where requests may go. */
export interface AddressRules {
  /** Plain HTTP too. */
  readonly http: boolean
  /** Hosts, with their port where one is meant and `*` for any text, that the guard lets through unseen. */
  readonly allowHosts: readonly string[]
}

/** The URL that a text states. Throws a FetchError for one that is not to be fetched whatever its host's address is. */
export function toAllowedUrl(text: string, rules: AddressRules): URL {
  const url = URL.parse(text)
  if (!url) throw new FetchError('refused', 'it is no address')
  if (isHostAllowed(url, rules)) return url
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && rules.http))
    throw new FetchError('refused', `only ${rules.http ? 'http and https' : 'https'} addresses are fetched`)
  if (url.username !== '' || url.password !== '')
    throw new FetchError('refused', 'addresses with a user name or password are not fetched')
  if (INSIDE.test(url.hostname)) throw notPublic()
  return url
}

/** Whether the operator named a URL's host as one to be trusted. */
export function isHostAllowed({ protocol, hostname, host }: URL, { allowHosts }: AddressRules): boolean {
  if (protocol !== 'https:' && protocol !== 'http:') return false
  const patterns = allowHosts.map((allowed) => toModelPattern(allowed.toLowerCase()))
  return patterns.some((fits) => fits(hostname) || fits(host))
}

/** The same words for a host that is inside and one that there is not, so that nobody learns which names there are. */
export function notPublic(): FetchError {
  return new FetchError('refused', 'its host has no public address')
}

/** Names that never mean a host of the public internet (RFC 6761, 6762, 8375, 9476). */
const INSIDE = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i
