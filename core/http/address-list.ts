import ipaddr from 'ipaddr.js'

/** Whether an address is in a list of addresses and networks. */
export type AddressList = (address: string) => boolean

/** A list of texts such as `10.0.0.1`, `10.0.0.0/8` and `fd00::/8`, each good. An IPv4 address in IPv6 clothes is itself. */
export function createAddressList(texts: readonly string[]): AddressList {
  const networks = texts.map(toNetwork)
  if (networks.length === 0) return () => false
  return (text) => {
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    return networks.some(([base, bits]) => address.kind() === base.kind() && address.match(base, bits))
  }
}

/** What is wrong with one text of such a list, as a clause; undefined where it is good. */
export function problemOfNetwork(text: string): string | undefined {
  try {
    toNetwork(text)
    return undefined
  } catch {
    return `is ${JSON.stringify(text)}, but must be an address or a network, such as 10.0.0.1 or 10.0.0.0/8`
  }
}

function toNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  // `10.1` would be taken for 10.0.0.1.
  if (!ipaddr.IPv6.isValid(text) && !ipaddr.IPv4.isValidFourPartDecimal(text)) throw new Error('No address')
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
