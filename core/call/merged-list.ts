import { hash } from 'node:crypto'
import { GatewayError, isGatewayError } from '../errors.ts'
import { isRecord } from '../faults/google-error.ts'
import type { Holding } from '../ownership/ownership.ts'
import { toResourceName } from '../ownership/resource-name.ts'
import type { Listing, NativeTarget } from '../plugin.ts'
import { parseReply } from './answer-faults.ts'
import type { Flight } from './flight.ts'
import { fromPageToken, type PageStart, toPageToken } from './page-token.ts'
import type { MakingOptions } from './relay-made.ts'
import { toNativeRequest } from './upstream-requests.ts'
import { readShortReply } from './whole-reply.ts'

/** Pages of Google's that one request reads at most; then it gives what it has, and a token for the rest. */
const MOST_PAGES = 25

interface Found {
  readonly items: readonly unknown[]
  readonly next: PageStart | undefined
}

/**
 * A page of what this client has, over the projects in which it has something, one project after the other. A
 * project that cannot answer is left out and named in the notes, unless none can.
 */
export async function answerList(
  flight: Flight,
  target: NativeTarget,
  listing: Listing,
  options: MakingOptions,
): Promise<Response> {
  const query = flight.exchange.url.searchParams
  const size = toPageSize(query.get('pageSize') ?? query.get('page_size'), listing.pageSize)
  const start = fromPageToken(listing.collection, query.get('pageToken') ?? query.get('page_token'))
  const holdings = options.ownership
    .holdings(flight.head.client, listing.collection)
    .map((holding) => ({ holding, mark: markOf(holding) }))
    .filter(({ mark }) => mark >= start.project)
    .toSorted((one, other) => (one.mark < other.mark ? -1 : 1))
  const { items, next } = await collect()
  const body = {
    ...(items.length > 0 && { [listing.field]: items }),
    ...(next && { nextPageToken: toPageToken(listing.collection, next) }),
  }
  flight.finish(200)
  return new Response(`${JSON.stringify(body, null, 2)}\n`, {
    headers: { 'content-type': 'application/json; charset=UTF-8', ...flight.headers() },
  })

  async function collect(): Promise<Found> {
    const items: unknown[] = []
    let pages = 0
    let failure: GatewayError | undefined
    let answered = 0
    for (const { holding, mark } of holdings) {
      let at = mark === start.project ? start : { project: mark, token: '', skip: 0 }
      for (const seen = new Set<string>(); ; ) {
        if (items.length >= size || pages++ >= MOST_PAGES) return { items, next: at }
        const page = await ask(holding, at.token).catch((thrown) => {
          failure ??= outOfReach(thrown)
          return undefined
        })
        if (page === undefined) break
        answered++
        const own = page.items.filter((item) => isOf(holding, item, seen)).slice(at.skip)
        const taken = own.slice(0, size - items.length)
        items.push(...taken)
        if (taken.length < own.length) return { items, next: { ...at, skip: at.skip + taken.length } }
        if (page.token === '' || seen.size === holding.names.size) break
        at = { project: mark, token: page.token, skip: 0 }
      }
    }
    if (failure && answered === 0) throw failure
    if (failure) flight.notes = [...flight.notes, `not all projects answered: ${failure.message}`]
    return { items, next: undefined }
  }

  async function ask({ place }: Holding, token: string) {
    const upstream = {
      ...toNativeRequest(flight, { ...target, query: toQuery(target.query, listing, token) }),
      model: undefined,
      project: place.project,
    }
    try {
      const { bytes } = await options.keyLoop.run(upstream, flight.trace, flight.leaving, (answer) =>
        readShortReply(answer, options.redactor),
      )
      return toPage(parseReply(new TextDecoder().decode(bytes)), listing.field)
    } finally {
      flight.trace.ended(undefined)
    }
  }

  function isOf({ names }: Holding, item: unknown, seen: Set<string>): boolean {
    const { name, id } = isRecord(item) ? item : {}
    const own = toResourceName(typeof name === 'string' ? name : `${listing.collection}/${id}`)
    if (own === undefined || !names.has(own)) return false
    seen.add(own)
    return true
  }
}

/** What one project cannot do for now, others can; what is wrong with the request is wrong for all. */
function outOfReach(thrown: unknown): GatewayError {
  if (!isGatewayError(thrown) || thrown.kind === 'client_gone') throw thrown
  if (thrown.kind === 'upstream_refused' && thrown.status === 400) throw thrown
  return thrown
}

function toPage(answer: unknown, field: string) {
  const { [field]: items, nextPageToken } = isRecord(answer) ? answer : {}
  return {
    items: Array.isArray(items) ? (items as readonly unknown[]) : [],
    token: typeof nextPageToken === 'string' ? nextPageToken : '',
  }
}

/** The client's query, but with Google's token, its largest pages, and every field. */
function toQuery(sent: string, { pageSize: [, most] }: Listing, token: string): string {
  const query = new URLSearchParams(sent)
  for (const name of ['pageSize', 'page_size', 'pageToken', 'page_token', 'fields', '$fields'])
    query.delete(name)
  query.set('pageSize', String(most))
  if (token !== '') query.set('pageToken', token)
  return `?${query}`
}

function toPageSize(text: string | null, [usual, most]: Listing['pageSize']): number {
  if (text === null || text === '') return usual
  const size = Number(text)
  if (Number.isInteger(size) && size >= 0) return Math.min(size || usual, most)
  throw new GatewayError('invalid_request', `Invalid value at 'page_size' (TYPE_INT32), "${text}"`, {
    param: 'pageSize',
  })
}

/** Names a project to a client without saying which. */
function markOf({ place }: Holding): string {
  return hash('sha256', place.project, 'base64url').slice(0, 12)
}
