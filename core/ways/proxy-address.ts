/** A proxy as a setting writes it. */
export interface ProxyAddress {
  /** User and password included: a secret. */
  readonly url: string
  /** `socks5h://host:1080`: without them. */
  readonly name: string
  /** `socks5h://***@host:1080` where there are some. */
  readonly masked: string
}

const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:']

/** What is wrong with the address of a proxy, as a clause; undefined for a good one. It holds nothing of the text. */
export function problemOfProxy(text: string): string | undefined {
  const url = URL.parse(text)
  if (!/^(https?|socks5h?):\/\//i.test(text)) {
    return 'must begin with http://, https://, socks5:// or socks5h://'
  }
  if (!url || !SCHEMES.includes(url.protocol) || url.hostname === '' || /\s/.test(text)) {
    return 'is no address, but must be one such as socks5h://user:password@host:1080'
  }
  if (!isEncoded(url.username) || !isEncoded(url.password)) {
    return 'has a user or password with a bare %, which is written %25'
  }
  if (!/^\/?$/.test(url.pathname) || text.includes('?') || text.includes('#')) {
    return 'must end after host and port; in a user or password / is written %2F, ? %3F and # %23'
  }
  return undefined
}

/** The parts of a good address. Two that differ only in how they are written are one. */
export function toProxyAddress(text: string): ProxyAddress {
  const url = new URL(text)
  // A look-up of our own would tell others where we go: `socks5:` is `socks5h:`.
  const scheme = url.protocol === 'socks5:' ? 'socks5h:' : url.protocol
  const place = `${url.hostname}:${url.port || DEFAULT_PORTS[scheme]}`
  const user = url.username || url.password ? `${url.username}:${url.password}@` : ''
  return {
    url: `${scheme}//${user}${place}`,
    name: `${scheme}//${place}`,
    masked: `${scheme}//${user && '***@'}${place}`,
  }
}

/** Every form of user and password that may turn up in a text. */
export function secretsOfProxy(text: string): readonly string[] {
  const url = URL.parse(text)
  if (!url || !isEncoded(url.username) || !isEncoded(url.password)) return []
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  if (user === '' && password === '') return []
  const pair = `${user}:${password}`
  return [pair, btoa(String.fromCharCode(...new TextEncoder().encode(pair))), password, ...longUser(user)]
}

const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443, 'socks5h:': 1080 }
/** Shorter ones, such as `user`, are words of every text. */
const SHORTEST_USER = 8

function longUser(user: string): readonly string[] {
  return user.length >= SHORTEST_USER ? [user] : []
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
