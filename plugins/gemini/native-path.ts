import { GatewayError } from '../../core/errors.ts'
import { withoutCredentials } from '../../core/http/credential.ts'
import { percentDecoded } from '../../core/http/percent-decoded.ts'
import { isOwned, toResourceName } from '../../core/ownership/resource-name.ts'
import { createRecentMap } from '../../core/recent-map.ts'
import { fromVertexPath } from './vertex-prefix.ts'

/** A path of Google's native API, taken apart. */
export interface NativePath {
  /** The first word of it: `models`, `files`, … */
  readonly collection: string
  /** Without `models/`; empty where the path names none. */
  readonly model: string
  /** What stands behind the colon: `countTokens`; empty where there is none. */
  readonly action: string
  /** Bytes go up or down, under Google's addresses for that. */
  readonly media: 'upload' | 'download' | undefined
  /** The resource that the path names, or stands below, where it belongs to a project. */
  readonly resource: string | undefined
  /** The path names that very resource, not what lies below it or an action on it. */
  readonly isResource: boolean
  /** What is listed: `files`, `models/veo/operations`; undefined for all but a whole collection. */
  readonly listed: string | undefined
  /** Set for what stands below `/vertex-express`. */
  readonly upstream?: 'vertex'
  /** The path as Google takes it, in the form of the Gemini API. */
  readonly path: string
  /** The client's query without credentials. */
  readonly query: string
}

/**
 * Reads a native path, also under `/gemini` and `/vertex-express` (there also without a version), with versions twice
 * and slashes too many. Ids may be percent-encoded, and a model's carry a vendor's prefix (`google/gemini-…`).
 * Undefined where the path is none of Google's. Throws a GatewayError for one that leaves its place.
 */
export function parseNativePath(url: URL): NativePath | undefined {
  const { pathname } = url
  const known = KNOWN.get(pathname)
  const place = known ?? parsePlace(pathname)
  if (!place) return undefined
  if (!known && pathname.length <= LONGEST_KNOWN) KNOWN.set(pathname, place)
  return { ...place, query: withoutCredentials(url.search) }
}

/** Most calls ask for the same few paths again and again. */
const KNOWN = createRecentMap<Place>(256)
const LONGEST_KNOWN = 256

type Place = Omit<NativePath, 'query'>

function parsePlace(pathname: string): Place | undefined {
  const ofVertex = fromVertexPath(pathname)
  if (ofVertex === undefined) return parseGeminiPlace(pathname)
  const place = parseGeminiPlace(ofVertex)
  return place && { ...place, upstream: 'vertex' }
}

function parseGeminiPlace(pathname: string): Place | undefined {
  const { isPrefixed, media, version, rest } = takeHead(pathname)
  if (media === 'twice' || rest.length === 0 || !(isPrefixed || version || media)) return undefined
  const segments = toSegments(rest)
  if (segments.some((segment) => segment === '.' || segment === '..')) throw leavesItsPlace()
  const [, last = '', action = ''] = /^(.*?)(?::([A-Za-z]+))?$/.exec(segments.at(-1)!) ?? []
  const named = [...segments.slice(0, -1), last]
  const [collection = ''] = named
  // Google's own OpenAI layer takes another credential and has a place of its own.
  if (collection === 'openai') return undefined
  const model = modelOf(named, action)
  const place = model === undefined ? toPlace(rest, named) : toModelPlace(model)
  const prefix = media ? `/${media}` : ''
  return {
    collection,
    model: model ?? '',
    action,
    media,
    resource: resourceOf(named),
    isResource: action === '' && named.length === (collection === 'models' ? 4 : 2),
    listed: action === '' && !media ? listedBy(named) : undefined,
    path: `${prefix}/${version ?? 'v1beta'}/${place}${action && `:${action}`}`,
  }
}

const VERSION = /^v1(beta|alpha)?$/

/** What may stand before the resource, in any order and number; of several versions the last is meant. */
function takeHead(pathname: string) {
  const rest = pathname.split('/').filter((segment) => segment !== '')
  const isPrefixed = rest[0] === 'gemini'
  if (isPrefixed) rest.shift()
  let version: string | undefined
  let media: 'upload' | 'download' | 'twice' | undefined
  for (let [head] = rest; head !== undefined; [head] = rest) {
    if (VERSION.test(head)) version = head
    else if (head === 'upload' || head === 'download') media = media ? 'twice' : head
    else break
    rest.shift()
  }
  return { isPrefixed, version, media, rest }
}

/** Decoded; where the very first one holds an encoded slash all of them may. */
function toSegments(raw: readonly string[]): readonly string[] {
  const decoded = raw.map(percentDecoded)
  return decoded[0]!.includes('/') || isModels(decoded[0]!)
    ? decoded.flatMap((segment) => segment.split('/')).filter((segment) => segment !== '')
    : decoded
}

function isModels(collection: string): boolean {
  return collection === 'models' || collection === 'tunedModels' || collection === 'dynamic'
}

/** Names that clients put before a model's. */
const VENDORS = new Set(['models', 'google', 'gemini', 'publishers'])
/** What lies below a model and is none. */
const BELOW = new Set(['operations', 'permissions'])

/** The model that is called or asked about; undefined where the path is of something else, below a model too. */
function modelOf(named: readonly string[], action: string): string | undefined {
  const [collection = '', ...ids] = named
  const id = ids.at(-1)
  if (!isModels(collection) || id === undefined || ids.some((each) => BELOW.has(each))) return undefined
  if (id === '') throw leavesItsPlace()
  const isVendors = ids.slice(0, -1).every((each) => VENDORS.has(each))
  if (!isVendors && !(action !== '' && ids.length === 2)) return undefined
  return collection === 'models' ? id : `${collection}/${id}`
}

function toModelPlace(model: string): string {
  const name = model.includes('/') ? model : `models/${model}`
  return name.split('/').map(encodeURIComponent).join('/')
}

/** As the client wrote it where nothing had to be taken apart: a newer method may know more than we. */
function toPlace(raw: readonly string[], named: readonly string[]): string {
  const isAsWritten = raw.length === named.length
  const places = named.map((segment, index) =>
    isAsWritten && percentDecoded(raw[index]!) === segment ? raw[index]! : encodeURIComponent(segment),
  )
  return places.join('/')
}

function resourceOf(named: readonly string[]): string | undefined {
  const [collection = '', id] = named
  return id === undefined || (!isOwned(collection) && collection !== 'models')
    ? undefined
    : toResourceName(named.join('/'))
}

/** A list of what belongs to projects: a whole collection, or the operations of a model. */
function listedBy(named: readonly string[]): string | undefined {
  const [collection = '', , below] = named
  if (named.length === 1) return isOwned(collection) ? collection : undefined
  return named.length === 3 && collection === 'models' && below === 'operations' ? named.join('/') : undefined
}

function leavesItsPlace(): GatewayError {
  return new GatewayError('invalid_request', 'The path names no model; expected models/MODEL:METHOD')
}
