import { isOwned } from '../../core/ownership/resource-name.ts'
import type { Listing, NativeTarget } from '../../core/plugin.ts'
import type { NativePath } from './native-path.ts'

const GENERATION = new Set(['generateContent', 'streamGenerateContent'])

/** Methods with one short answer, read whole so that a broken connection can move to another key. */
const SHORT = new Set(['countTokens', 'embedContent', 'batchEmbedContents'])

/** Methods of a model that begin something which is asked for later. */
const LONG_RUNNING = /^(batchGenerateContent|async\w+|\w+LongRunning)$/

/** What names its model in the body: newer parts of the API, and a cache that is made. */
const MODEL_IN_BODY = new Set(['interactions', 'decisions', 'cachedContents'])

/** Whether the method generates content, in a form that the gateway reads. */
export function isGeneration({ action, model }: NativePath): boolean {
  return model !== '' && GENERATION.has(action)
}

/** What the gateway is told of a method. */
export function toTarget(named: NativePath, { method }: Request): NativeTarget {
  const { path, query, action, collection, model, resource, isResource, upstream } = named
  return {
    path,
    query,
    operation: isGeneration(named) ? 'generateContent' : action || collection,
    model,
    stream: action === 'streamGenerateContent',
    short: SHORT.has(action),
    collection,
    ...(resource !== undefined && { [isPublic(named, method) ? 'uses' : 'resource']: resource }),
    removes: method === 'DELETE' && isResource,
    // What Vertex makes is not kept track of.
    makes: upstream === undefined && makes(named),
    modelInBody: method === 'POST' && MODEL_IN_BODY.has(collection),
    ...(upstream && { upstream }),
  }
}

/** A tuned model may be used by who did not make it, and was most likely made elsewhere. */
function isPublic({ collection, action }: NativePath, method: string): boolean {
  return collection === 'tunedModels' && (method === 'GET' || GENERATION.has(action))
}

function makes({ collection, model, action, media, query }: NativePath): boolean {
  if (media || action === 'download' || new URLSearchParams(query).get('alt') === 'media') return false
  if (model !== '' && action !== '') return LONG_RUNNING.test(action)
  return isOwned(collection) || collection === 'models'
}

/** The list that a path asks for; undefined where it asks for something else. */
export function toListing({ listed }: NativePath): Listing | undefined {
  if (listed === undefined) return undefined
  const field = FIELDS[listed] ?? (listed.endsWith('/operations') ? 'operations' : listed)
  return { collection: listed, field, pageSize: PAGE_SIZES[listed] ?? [50, 100] }
}

const FIELDS: Record<string, string> = { batches: 'operations' }

/** By https://ai.google.dev/api */
const PAGE_SIZES: Record<string, Listing['pageSize']> = {
  files: [10, 100],
  fileSearchStores: [10, 20],
  corpora: [10, 20],
  cachedContents: [50, 1000],
  tunedModels: [10, 1000],
}
