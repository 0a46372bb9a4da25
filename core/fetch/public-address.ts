import ipaddr from 'ipaddr.js'

/**
 * Whether an address belongs to some host of the public internet, and stands for itself: not for this machine, its
 * networks or its cloud's metadata, and not for an IPv4 address in disguise (mapped, NAT64, 6to4, Teredo).
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isPublicAddress(text: string): boolean {
  if (!isAddress(text)) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  if (address.kind() === 'ipv4') return !METADATA.has(address.toString())
  // All that was ever given out; the rest of "unicast" is what nobody has, and IPv4 in its oldest disguise (::/96).
  return address.match(ipaddr.parseCIDR('2000::/3'))
}

/** Whether a host of a URL is an address, not a name. */
export function isAddress(host: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host)
}

/** Azure gives its machines their secrets from an address that is public elsewhere. */
const METADATA = new Set(['168.63.129.16'])
