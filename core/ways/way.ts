import { ProxyError, type Transport } from '../transport.ts'

/** One way out to Google: a proxy, or direct. */
export interface Way {
  /** `direct`, or the proxy without user and password; where several share that, ` #2` and so on behind it. */
  readonly name: string
  /** As `name`, and says where there are a user and password. */
  readonly masked: string
  /** The name of its breaker. */
  readonly scope: string
  readonly isProxy: boolean
  readonly transport: Transport
  /** Ranks it among others; the same at each start. */
  readonly seed: number
  readonly health: WayHealth
}

/** What is known of a way. */
export interface WayHealth {
  /** How it went last. */
  verdict: 'untried' | 'good' | 'failed'
  /** The key that failed this way last. */
  lastKeyId: string | undefined
  /** How long a free request took, in milliseconds. */
  latencyMilliseconds: number | undefined
  /** When it was checked; milliseconds since 1970. */
  checkedAt: number | undefined
  /** Where calls come from, as a third party sees it. */
  exitAddress: string | undefined
  lastError: WayError | undefined
}

export interface WayError {
  /** Milliseconds since 1970. */
  readonly at: number
  /** The kind of the fault. */
  readonly kind: string
  /** Without secrets. */
  readonly text: string
}

/** A way nobody has gone yet. */
export function createWay(options: Omit<Way, 'scope' | 'health'>): Way {
  return {
    ...options,
    scope: `way-out:${options.name}`,
    health: {
      verdict: 'untried',
      lastKeyId: undefined,
      latencyMilliseconds: undefined,
      checkedAt: undefined,
      exitAddress: undefined,
      lastError: undefined,
    },
  }
}

/** The way without a proxy. */
export function createDirectWay(transport: Transport): Way {
  return createWay({ name: 'direct', masked: 'direct', isProxy: false, seed: 0, transport })
}

/** The way of a key for which there is none: it goes nowhere. */
export function createNoWay(): Way {
  const refuse = () => Promise.reject(new ProxyError(NO_WAY))
  const transport = { fetch: refuse, openSocket: refuse }
  return createWay({ name: 'none', masked: 'none', isProxy: true, seed: 0, transport })
}

const NO_WAY = 'No proxy is set for this key, and "proxies.direct" does not let it go without one'
