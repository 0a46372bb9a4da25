import { flightOf } from '../call/flights.ts'
import { clientGone } from '../call/refusal.ts'
import { isGatewayError } from '../errors.ts'
import { FetchError, type FetchRequest, type GuardedFetch } from '../guarded-fetch.ts'
import type { ByteBudget } from '../http/byte-budget.ts'
import { createByteShare } from '../http/byte-share.ts'
import type { Outside } from '../outside.ts'
import { VERSION } from '../version.ts'
import { type AddressRules, isHostAllowed, notPublic, toAllowedUrl } from './allowed-url.ts'
import { isAddress, isPublicAddress } from './public-address.ts'
import { readAnswer } from './read-answer.ts'

export interface GuardOptions extends AddressRules {
  readonly outside: Outside
  readonly maxBytes: number
  /** Of all of it: names, redirects and the body. */
  readonly timeoutMilliseconds: number
  readonly budget: ByteBudget
}

const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Statuses that have no body. */
const BARE = new Set([204, 205, 304])

/** Fetches through the guard. Each name is resolved once for each request, and only what was looked at is connected to. */
export function createGuardedFetch(options: GuardOptions): GuardedFetch {
  const { outside, maxBytes, timeoutMilliseconds, budget } = options

  return async (address, request = {}) => {
    const share = createByteShare(budget)
    const limit = createLimit(timeoutMilliseconds, request.call?.signal)
    try {
      const answer = await limit.hold(follow(address, request, limit.signal))
      const bytes = await limit.hold(readAnswer(answer, maxBytes, share))
      share.release()
      if (request.call) flightOf(request.call)?.hold(bytes.length)
      return toResponse(answer, bytes)
    } catch (thrown) {
      throw toFailure(thrown, limit, request)
    } finally {
      limit.end()
      share.release()
    }
  }

  async function follow(address: string, request: FetchRequest, signal: AbortSignal): Promise<Response> {
    const { method = 'GET' } = request
    let url = toAllowedUrl(address, options)
    const { origin } = url
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const headers = { ...(url.origin === origin ? ownHeaders(request) : {}), ...ALWAYS }
      const addresses = await addressesOf(url)
      signal.throwIfAborted()
      const answer = await outside.send(url, addresses, { method, headers, body: request.body, signal })
      const location = answer.headers.get('location')
      if (!REDIRECTS.has(answer.status) || location === null || !FOLLOWING.has(method)) return answer
      answer.body?.cancel().catch(() => {})
      url = toAllowedUrl(URL.parse(location, url)?.href ?? '', options)
    }
    throw new FetchError('too_many_redirects', `it redirects more than ${MOST_REDIRECTS} times`)
  }

  async function addressesOf(url: URL): Promise<readonly string[]> {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const isAllowed = isHostAllowed(url, options)
    const addresses = isAddress(host) ? [host] : await resolve(host)
    if (addresses.length === 0 || !(isAllowed || addresses.every(isPublicAddress))) throw notPublic()
    // Many machines have addresses of the newer kind and no way to them.
    return [...addresses].sort((one, other) => Number(one.includes(':')) - Number(other.includes(':')))
  }

  function resolve(host: string): Promise<readonly string[]> {
    return outside.resolve(host).catch(() => [])
  }
}

const FOLLOWING = new Set(['GET', 'HEAD'])
const ALWAYS = { 'accept-encoding': 'identity', 'user-agent': `geminate/${VERSION}` }

/** Which host is meant is the URL's to say. */
function ownHeaders({ headers = {} }: FetchRequest): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host'))
}

function toResponse({ status, headers }: Response, bytes: Uint8Array): Response {
  const kept = new Headers(headers)
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name)
  return new Response(BARE.has(status) ? null : (bytes as Uint8Array<ArrayBuffer>), { status, headers: kept })
}

/** The end that time, or the client's leaving, sets. */
interface Limit {
  readonly signal: AbortSignal
  readonly isOver: boolean
  /** Rejects at the end, even where the work itself does not notice. */
  hold<T>(work: Promise<T>): Promise<T>
  end(): void
}

function createLimit(milliseconds: number, leaving: AbortSignal | undefined): Limit {
  const controller = new AbortController()
  const { signal } = controller
  let isOver = false
  const abort = () => controller.abort()
  const timer = setTimeout(() => {
    isOver = true
    abort()
  }, milliseconds)
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('It is over')), { once: true })
  })
  over.catch(() => {})
  if (leaving?.aborted) abort()
  else leaving?.addEventListener('abort', abort, { once: true })
  return {
    signal,
    get isOver() {
      return isOver
    },
    hold: (work) => Promise.race([work, over]),
    end() {
      clearTimeout(timer)
      leaving?.removeEventListener('abort', abort)
      abort() // whatever is still open
    },
  }
}

function toFailure(thrown: unknown, limit: Limit, { call }: FetchRequest): unknown {
  if (call?.signal.aborted) return clientGone()
  if (limit.isOver) return new FetchError('too_slow', 'it took too long', thrown)
  if (thrown instanceof FetchError || isGatewayError(thrown)) return thrown
  return new FetchError('unreachable', 'its host gave no whole answer', thrown)
}
