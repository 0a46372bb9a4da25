import { percentDecoded } from '../../core/http/percent-decoded.ts'
import type { ProtocolRequest } from '../../core/plugin.ts'
import { parseNativePath } from './native-path.ts'

/** Paths below `/v1` that other protocols have as well; there the headers decide. */
const SHARED = new Set(['models', 'files', 'batches'])

/** The collections of Google's API that are served below `/v1`, beside other protocols' paths. */
export const COLLECTIONS = [
  'models',
  'files',
  'batches',
  'cachedContents',
  'interactions',
  'fileSearchStores',
  'tunedModels',
  'operations',
  'corpora',
  'dynamic',
  'generatedFiles',
  'auth_tokens',
  'decisions',
  'agents',
  'credentials',
  'environments',
  'triggers',
  'voices',
  'webhooks',
] as const

/** Whether a request speaks Google's native protocol. */
export function claims({ url, headers }: ProtocolRequest): boolean {
  if (url.pathname.startsWith('/v1beta/openai/')) return false
  if (/^\/(v1beta|v1alpha|gemini)(\/|$)/.test(url.pathname)) return true
  if (!url.pathname.startsWith('/v1/')) return false
  const collection = /^\/v1\/([^/:]*)/.exec(percentDecoded(url.pathname))?.[1] ?? ''
  if (!COLLECTIONS.some((known) => known === collection)) return false
  if (!SHARED.has(collection)) return true
  return isAction(url) || (!headers.has('anthropic-version') && looksNative(url, headers))
}

function isAction(url: URL): boolean {
  try {
    return parseNativePath(url)?.action !== ''
  } catch {
    return true // a native path that is wrong is still native
  }
}

function looksNative(url: URL, headers: Headers): boolean {
  if (headers.has('x-goog-api-key') || headers.has('x-goog-api-client')) return true
  return ['key', 'pageSize', 'pageToken'].some((name) => url.searchParams.has(name))
}
