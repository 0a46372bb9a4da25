import { Buffer } from 'node:buffer'
import { FetchError, type GuardedFetch } from '../../core/guarded-fetch.ts'
import type { Call } from '../../core/plugin.ts'
import { mediaTypeOf } from './media-type.ts'
import type { Reference } from './references.ts'

/** Bytes in a request, as Google takes them. */
export interface InlineData {
  readonly mimeType: string
  readonly data: string
}

/** What an address gave: its bytes, or why there are none, as a clause. */
export type Fetched = { readonly inlineData: InlineData } | { readonly reason: string }

/** Fetches one thing for a call. Rejects only where the call itself cannot go on. */
export async function fetchMedia(
  fetch: GuardedFetch,
  { url, mimeType }: Reference,
  call: Call,
): Promise<Fetched> {
  try {
    const answer = await fetch(url, { call })
    if (answer.status !== 200) return { reason: `its server answered ${answer.status}` }
    const bytes = new Uint8Array(await answer.arrayBuffer())
    if (bytes.length === 0) return { reason: 'it is empty' }
    const type = mediaTypeOf(bytes, answer.headers.get('content-type'), mimeType)
    if (type === undefined) return { reason: 'it is no picture, sound, video, document or text' }
    return { inlineData: { mimeType: type, data: Buffer.from(bytes).toString('base64') } }
  } catch (thrown) {
    if (thrown instanceof FetchError) return { reason: thrown.message }
    throw thrown
  }
}
