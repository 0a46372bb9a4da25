import { GatewayError } from '../../core/errors.ts'
import { withoutCredentials } from '../../core/http/credential.ts'
import { percentDecoded } from '../../core/http/percent-decoded.ts'

/** A path of Google's native API, taken apart. */
export interface NativePath {
  /** The first word of it: `models`, `files`, … */
  readonly collection: string
  /** Without `models/`; empty where the path names none. */
  readonly model: string
  /** What stands behind the colon: `countTokens`; empty where there is none. */
  readonly action: string
  /** The path as Google takes it. */
  readonly path: string
  /** The client's query without credentials. */
  readonly query: string
}

/**
 * Reads a native path, also under `/gemini` (there also without a version). Model ids may be percent-encoded and
 * carry a vendor's prefix (`google/gemini-…`). Undefined where the path is none of Google's.
 */
export function parseNativePath(url: URL): NativePath | undefined {
  const match = PATH.exec(url.pathname)
  if (!match) return undefined
  const [, prefix, stated, rest = ''] = match
  if (!stated && !prefix) return undefined
  // Google's own OpenAI layer takes another credential and has a place of its own.
  if (/^openai(\/|$)/.test(rest)) return undefined
  const version = stated ?? 'v1beta'
  const decoded = percentDecoded(rest)
  const named = parseModel(decoded)
  const collection = /^[^/:?]*/.exec(decoded)?.[0] ?? ''
  return {
    collection,
    model: named?.model ?? '',
    action: named ? named.action : (/:([A-Za-z]+)$/.exec(rest)?.[1] ?? ''),
    path: `/${version}/${named ? named.path : rest}`,
    query: withoutCredentials(url.search),
  }
}

const PATH = /^(\/gemini)?(?:\/(v1|v1beta|v1alpha))?\/(.*)$/
const NAMED = /^(models|tunedModels|dynamic)\/(.+?)(?::([A-Za-z]+))?$/

function parseModel(decoded: string): { model: string; action: string; path: string } | undefined {
  const match = NAMED.exec(decoded)
  if (!match) return undefined
  const [, collection = '', name = '', action = ''] = match
  // `models/x/operations/y` is a resource below a model and passes as it is.
  const id = action || !/\/(operations|permissions)(\/|$)/.test(name) ? name.split('/').at(-1)! : undefined
  if (id === undefined) return undefined
  if (id === '' || id === '.' || id === '..') {
    throw new GatewayError('invalid_request', 'The path names no model; expected models/MODEL:METHOD')
  }
  const model = collection === 'models' ? id : `${collection}/${id}`
  const path = `${collection}/${encodeURIComponent(id)}${action && `:${action}`}`
  return { model, action, path }
}
