import { type ErrorAnswer, googleError } from './error-answer.ts'
import type { Visit } from './visit.ts'
import { toCamelCase } from './wire-fields.ts'

/** Refuses a body that refers to a file, a cache or a store that this key's project does not have, or not yet. */
export function refuseReferences({ google, call, context }: Visit): ErrorAnswer | undefined {
  const names = new Set<string>()
  collect(parse(call.body), names)
  for (const name of names) {
    const resource = google.shelf.find(context.project, name)
    if (!resource) return notPermitted(name)
    if (resource.value.state === 'PROCESSING') return notActive(name)
  }
  return undefined
}

/** What Google says of a resource of another project. */
export function notPermitted(name: string): ErrorAnswer {
  const [collection, id = ''] = name.split('/')
  if (collection === 'files') {
    const message = `You do not have permission to access the File ${id} or it may not exist.`
    return googleError('PERMISSION_DENIED', message)
  }
  if (collection === 'cachedContents')
    return googleError('PERMISSION_DENIED', 'CachedContent not found (or permission denied)')
  return googleError('NOT_FOUND', 'Requested entity was not found.')
}

function notActive(name: string): ErrorAnswer {
  const message = `The File ${name.slice('files/'.length)} is not in an ACTIVE state and usage is not allowed.`
  return googleError('FAILED_PRECONDITION', message)
}

const FIELDS = new Set(['fileUri', 'cachedContent', 'fileName', 'uri', 'fileSearchStoreNames'])

/** What models and tools tell each other is nothing to Google. */
const TOLD = new Set(['args', 'arguments', 'response'])

function collect(value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, names)
  if (typeof value !== 'object' || value === null) return
  for (const [field, item] of Object.entries(value)) {
    const isReference = FIELDS.has(toCamelCase(field))
    for (const text of isReference ? [item].flat() : []) {
      const name = /(?:^|\/v1(?:beta|alpha)?\/)((?:files|cachedContents|fileSearchStores)\/[\w-]+)$/.exec(
        String(text),
      )
      if (name?.[1]) names.add(name[1])
    }
    if (!TOLD.has(field)) collect(item, names)
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined // found wrong elsewhere
  }
}
