import type { AddressList } from './address-list.ts'

/**
 * Where a request comes from: the peer, or where trusted proxies say that they had it from. Their list is read from
 * its end, since clients can put anything before it. `x-forwarded-for` counts before `forwarded`: a proxy that
 * writes the one passes the other on as the client sent it.
 */
export function clientAddress(peer: string, headers: Headers, isTrusted: AddressList): string {
  let address = peer.replace(/^::ffff:(?=[\d.]+$)/i, '') // an IPv4 peer of a server that listens on IPv6 too
  if (!isTrusted(address)) return address
  for (const said of hopsOf(headers).reverse()) {
    if (said === undefined) break // hidden, or not to be read: all that is known is who said so
    address = said
    if (!isTrusted(said)) break
  }
  return address
}

function hopsOf(headers: Headers): (string | undefined)[] {
  const list = headers.get('x-forwarded-for')
  if (list !== null) return list.split(',').map(toAddress)
  const elements = headers.get('forwarded')?.split(',') ?? []
  return elements.map((element) => toAddress(/(?:^|;)\s*for=("[^"]*"|[^;,\s]*)/i.exec(element)?.[1] ?? ''))
}

/** `192.0.2.1`, `192.0.2.1:80`, `"[2001:db8::1]:80"` or `2001:db8::1` without what is not address. */
function toAddress(text: string): string | undefined {
  const bare = text.trim().replace(/^"(.*)"$/, '$1')
  const inBrackets = /^\[([\da-f:.]+)\](?::\d+)?$/i.exec(bare)?.[1]
  if (inBrackets !== undefined) return inBrackets
  const withPort = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/.exec(bare)?.[1]
  if (withPort !== undefined) return withPort
  return /^[\da-f]*:[\da-f:.]*$/i.test(bare) ? bare : undefined
}
