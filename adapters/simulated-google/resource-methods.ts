import { sendJson } from './delivery.ts'
import { googleError } from './error-answer.ts'
import { answerInteraction } from './interactions.ts'
import { notPermitted, refuseReferences } from './references.ts'
import { newId } from './shelf.ts'
import { answerUpload, sendBytes } from './uploads.ts'
import { bodyOf, refuseVisit, type Visit } from './visit.ts'

/** Collections of which projects make members; those of the Interactions API have a file of their own. */
const COLLECTIONS =
  /^(files|cachedContents|batches|operations|auth_tokens|fileSearchStores|tunedModels|corpora|generatedFiles)$/

/** Methods of models that begin a long operation, and in which collection that is. */
const LONG_RUNNING: Record<string, string> = {
  batchGenerateContent: 'batches',
  asyncBatchEmbedContent: 'batches',
  predictLongRunning: '',
}

/** Answers a call about what projects make; false for any other. */
export async function answerResource(visit: Visit): Promise<boolean> {
  const [, media, rest = ''] =
    /^\/(?:(upload|download)\/)?v1(?:beta|alpha)?\/(.*)$/.exec(visit.call.path) ?? []
  const [, place = '', action = ''] = /^(.*?)(?::(\w+))?$/.exec(rest) ?? []
  const parts = place.split('/')
  const [collection = ''] = parts
  if (media === 'upload') return done(await answerUpload(visit, parts, action))
  if (collection === 'interactions') return done(answerInteraction(visit, parts))
  const begins = LONG_RUNNING[action]
  if (begins !== undefined && visit.call.method === 'POST') return done(beginOperation(visit, place, action))
  const isOperation = collection === 'models' && parts[2] === 'operations'
  if (!COLLECTIONS.test(collection) && !isOperation) return false
  const isList = parts.length === (isOperation ? 3 : 1)
  if (isList) return done(answerCollection(visit, place, action))
  return done(answerMember(visit, parts, action))
}

function done(_: unknown): true {
  return true
}

function answerCollection(visit: Visit, collection: string, action: string): unknown {
  const { google, call, query, context, exchange } = visit
  if (call.method === 'POST' && action === '') return create(visit, collection)
  if (call.method !== 'GET') return refuseVisit(visit, NO_ENTITY)
  const all = google.shelf.list(context.project, collection)
  const start = Number(query.get('pageToken') ?? 0)
  const end = start + Number(query.get('pageSize') ?? 10)
  if (!Number.isInteger(start) || !Number.isInteger(end)) return refuseVisit(visit, INVALID)
  const field = /^batches$|operations$/.test(collection) ? 'operations' : collection
  const values = all.slice(start, end).map(({ value }) => value)
  return sendJson(exchange, {
    ...(values.length > 0 && { [field]: values }),
    ...(end < all.length && { nextPageToken: String(end) }),
  })
}

function create(visit: Visit, collection: string): unknown {
  const { google, context, exchange } = visit
  const refused = refuseReferences(visit)
  if (refused) return refuseVisit(visit, refused)
  const body = bodyOf(visit)
  const name = `${collection}/${newId()}`
  const seconds = Number(/^(\d+)s$/.exec(String(body.ttl))?.[1] ?? 3600)
  const createTime = new Date(google.now()).toISOString()
  const expireTime = new Date(google.now() + seconds * 1000).toISOString()
  const { ttl: _, contents: __, ...shown } = body
  const expires = collection === 'cachedContents' && { expireTime }
  const value = { name, ...shown, createTime, updateTime: createTime, ...expires }
  google.shelf.put({ name, project: context.project, value })
  return sendJson(exchange, value)
}

function answerMember(visit: Visit, parts: readonly string[], action: string): unknown {
  const { google, call, context, exchange } = visit
  const owner = parts[0] === 'models' ? parts.join('/') : parts.slice(0, 2).join('/')
  const resource = google.shelf.find(context.project, owner)
  if (!resource) return refuseVisit(visit, notPermitted(owner))
  if (action === 'download') return sendBytes(exchange, resource)
  if (call.method === 'DELETE') {
    google.shelf.remove(context.project, owner)
    return sendJson(exchange, {})
  }
  if (action === 'importFile') {
    const refused = refuseReferences(visit)
    return refused
      ? refuseVisit(visit, refused)
      : sendJson(exchange, { name: `${owner}/operations/${newId()}`, done: true })
  }
  if (call.method === 'PATCH') {
    const { ttl, ...rest } = bodyOf(visit)
    const seconds = Number(/^(\d+)s$/.exec(String(ttl))?.[1] ?? 0)
    const expires = seconds > 0 && { expireTime: new Date(google.now() + seconds * 1000).toISOString() }
    google.shelf.put({ ...resource, value: { ...resource.value, ...rest, ...expires } })
    return sendJson(exchange, { ...resource.value, ...rest, ...expires })
  }
  return sendJson(exchange, action === 'cancel' ? {} : resource.value)
}

function beginOperation(visit: Visit, model: string, action: string): unknown {
  const { google, context, exchange } = visit
  const refused = refuseReferences(visit)
  if (refused) return refuseVisit(visit, refused)
  const collection = LONG_RUNNING[action] || `${model}/operations`
  const name = `${collection}/${newId()}`
  const video = action === 'predictLongRunning' ? makeFile(visit, 'video/mp4') : undefined
  const value = {
    name,
    metadata: { model, state: 'BATCH_STATE_SUCCEEDED', name, ...bodyOf(visit) },
    done: true,
    response: video
      ? { generateVideoResponse: { generatedSamples: [{ video: { uri: `${video}:download?alt=media` } }] } }
      : { responsesFile: makeFile(visit, 'application/jsonl').replace(/^.*\/files\//, 'files/') },
  }
  google.shelf.put({ name, project: context.project, value })
  return sendJson(exchange, value)
}

/** A file that a model made; its address. */
function makeFile({ google, context, call }: Visit, mimeType: string): string {
  const name = `files/${newId()}`
  const uri = `http://${call.headers.host}/v1beta/${name}`
  const value = { name, uri, mimeType, source: 'GENERATED', state: 'ACTIVE' }
  google.shelf.put({
    name,
    project: context.project,
    value,
    bytes: Buffer.from(`made by ${context.project}`),
  })
  return uri
}

const NO_ENTITY = googleError('NOT_FOUND', 'Requested entity was not found.')
const INVALID = googleError('INVALID_ARGUMENT', 'Request contains an invalid argument.')
