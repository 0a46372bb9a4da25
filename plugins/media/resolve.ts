import type { Part } from '../../core/canonical.ts'
import { GatewayError } from '../../core/errors.ts'
import type { GuardedFetch } from '../../core/guarded-fetch.ts'
import { inParallel } from '../../core/in-parallel.ts'
import type { Call, HostSettings } from '../../core/plugin.ts'
import { type Fetched, fetchMedia } from './fetch-media.ts'
import { type Reference, referencesIn, withReferences } from './references.ts'
import { isLeftToGoogle } from './who-fetches.ts'

type MediaSettings = HostSettings['media']

/** So many are fetched for one call, and so many of them at once. */
const MOST = 100
const WIDTH = 4

/**
 * A call whose pictures and files are there: each that it names by an address is fetched once and put in its place.
 * What cannot be had refuses the call, or leaves a text behind (`media.onFailure`). Undefined, at once, where nothing
 * is to be fetched.
 */
export function resolveMedia(
  call: Call,
  fetch: GuardedFetch,
  settings: MediaSettings,
): Promise<Call> | undefined {
  const found = referencesIn(call.request).filter(({ url }) => !isLeftToGoogle(url, call.model, settings))
  return found.length === 0 ? undefined : withFetched(call, found, fetch, settings)
}

async function withFetched(
  call: Call,
  found: readonly Reference[],
  fetch: GuardedFetch,
  settings: MediaSettings,
): Promise<Call> {
  const wanted = byUrl(found)
  if (wanted.length > MOST)
    throw new GatewayError(
      'invalid_request',
      `A call may name ${MOST} files by their address, not ${wanted.length}`,
    )
  const results = await inParallel(wanted, WIDTH, async (reference) => {
    return [reference.url, await resultOf(reference, call, fetch, settings)] as const
  })
  return withResults(call, new Map(results))
}

/** One of each; that it is of the last turn, and what it is said to be, holds for all. */
function byUrl(references: readonly Reference[]): Reference[] {
  const known = new Map<string, Reference>()
  for (const reference of references) {
    const { url, mimeType, isCurrent, place } = reference
    const before = known.get(url)
    known.set(url, {
      url,
      // The turn that may refuse it is the one to name.
      place: isCurrent || !before ? place : before.place,
      mimeType: before?.mimeType ?? mimeType,
      isCurrent: before?.isCurrent || isCurrent,
    })
  }
  return [...known.values()]
}

async function resultOf(
  reference: Reference,
  call: Call,
  fetch: GuardedFetch,
  { fetch: who, onFailure }: MediaSettings,
): Promise<Fetched> {
  const result = who === 'off' ? SWITCHED_OFF : await fetchMedia(fetch, reference, call)
  const refuses = onFailure === 'refuse' || (onFailure === 'auto' && reference.isCurrent)
  if (!('reason' in result) || !refuses) return result
  throw new GatewayError('invalid_request', `${shown(reference.url)} cannot be fetched: ${result.reason}`, {
    code: 'invalid_value',
    ...(reference.place !== undefined && { param: reference.place }),
  })
}

const SWITCHED_OFF: Fetched = {
  reason: 'this gateway fetches nothing; send the content itself, as a data URL or in base64',
}

function withResults(call: Call, results: ReadonlyMap<string, Fetched>): Call {
  const lost = [...results].filter(([, result]) => 'reason' in result)
  const request = withReferences(call.request, (url, part) => replaced(part, url, results.get(url)))
  const notes = lost.map(([url]) => `not fetched: ${shown(url)}`)
  return { ...call, request, notes: [...call.notes, ...notes.slice(0, 10)] }
}

function replaced(part: Part, url: string, result: Fetched | undefined): Part {
  if (result === undefined) return part
  if ('reason' in result) return { text: `[${shown(url)} was here, but cannot be fetched: ${result.reason}]` }
  const { fileData: _, ...rest } = part
  return { ...rest, inlineData: result.inlineData }
}

/** Without what signs an address, and not longer than a person reads. */
function shown(url: string): string {
  const { origin, pathname } = URL.parse(url) ?? { origin: '', pathname: 'An address' }
  const text = origin + pathname
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
