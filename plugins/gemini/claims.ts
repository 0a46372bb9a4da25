import { percentDecoded } from '../../core/http/percent-decoded.ts'
import { isOwned } from '../../core/ownership/resource-name.ts'
import type { ProtocolRequest } from '../../core/plugin.ts'
import { parseNativePath } from './native-path.ts'

/** Paths below `/v1` that other protocols have as well; there the headers decide. */
const SHARED = new Set(['models', 'files', 'batches', 'decisions'])

/** Collections below `/v1` that only Google's API has, beside those whose members belong to a project. */
const OWN = new Set(['models', 'dynamic', 'decisions'])

/** Whether a request speaks Google's native protocol. */
export function claims({ url, headers }: Pick<ProtocolRequest, 'url' | 'headers'>): boolean {
  const path = url.pathname.replaceAll(/\/{2,}/g, '/')
  if (/^\/(v1\/)*(v1beta|v1alpha)\/openai(\/|$)/.test(path)) return false
  if (/^\/((v1\/)+)?(v1beta|v1alpha)(\/|$)|^\/(gemini|vertex-express|upload|download|ws)(\/|$)/.test(path))
    return true
  const collection = /^\/(?:v1\/)+([^/:]*)/.exec(percentDecoded(path))?.[1] ?? ''
  if (!isOwned(collection) && !OWN.has(collection)) return /^\/(v1\/)+(upload|download)\//.test(path)
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
