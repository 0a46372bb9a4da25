import { gunzipSync } from 'node:zlib'

declare const GEMINATE_AUTHOR_TYPES: string | undefined

/**
 * The types for authors of plugins, as `makeAuthorTypes` makes them: those that were packed into the binary, or, from
 * the sources, those of this moment. Rejects where there is no compiler to make them.
 */
export async function authorTypes(): Promise<string> {
  if (typeof GEMINATE_AUTHOR_TYPES === 'string') {
    return gunzipSync(Uint8Array.fromBase64(GEMINATE_AUTHOR_TYPES)).toString()
  }
  const { makeAuthorTypes } = await import('./author-types.ts')
  return makeAuthorTypes()
}
