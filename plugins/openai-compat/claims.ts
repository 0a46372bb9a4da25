import type { ProtocolRequest } from '../../core/plugin.ts'

/** Where OpenAI's paths are served: as OpenAI does, without the version, and where Hugging Face's clients look. */
export const PREFIXES = ['/v1', '/hf/v1', '/hf', ''] as const

/** The collections that only OpenAI's API has. */
const OWN = new Set([
  'assistants',
  'audio',
  'chat',
  'completions',
  'containers',
  'conversations',
  'embeddings',
  'evals',
  'fine_tuning',
  'images',
  'moderations',
  'realtime',
  'responses',
  'threads',
  'uploads',
  'vector_stores',
  'videos',
])

/** Collections that Google's and Anthropic's APIs have as well; there the headers decide. */
const SHARED = new Set(['models', 'files', 'batches', 'decisions'])

/** Whether a request speaks OpenAI's protocol: by its path, or by having no other protocol's marks. */
export function claims({ url, headers }: ProtocolRequest): boolean {
  const { pathname } = url
  if (/^\/(hf|openai|(v1\/)?v1beta\/openai)(\/|$)/.test(pathname)) return true
  const [, version, collection = ''] = /^(\/v1)?\/([^/:%]*)/.exec(pathname) ?? []
  if (OWN.has(collection)) return true
  if (version === undefined) return SHARED.has(collection)
  if (ANTHROPIC.has(collection) || headers.has('anthropic-version')) return false
  return !(SHARED.has(collection) && isGoogles(url, headers))
}

const ANTHROPIC = new Set(['messages', 'complete'])

function isGoogles(url: URL, headers: Headers): boolean {
  if (/(:|%3A)[A-Za-z]+$/i.test(url.pathname)) return true
  if (headers.has('x-goog-api-key') || headers.has('x-goog-api-client')) return true
  return ['key', 'pageSize', 'pageToken'].some((name) => url.searchParams.has(name))
}
