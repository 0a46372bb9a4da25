import { isJsonObject, type JsonObject } from './json-object.ts'
import { within } from './place.ts'
import { schemaError } from './schema-error.ts'
import { asJson } from './sentences.ts'
import { subSchemas } from './sub-schemas.ts'

/** Where a reference leads: the schema, and its path in the client's schema. */
export interface Found {
  readonly source: unknown
  readonly at: string
  /** The last step of the way there, for a name. */
  readonly name: string
}

export interface References {
  /**
   * Follows a reference of the schema that stands at a path. Throws `invalid_request` for one that leads
   * out of the document or nowhere.
   */
  follow(reference: string, from: JsonObject, at: string): Found
}

/** Names further in are not looked for; no reader follows schemas so deep. */
const DEEPEST = 200

/** The base of a schema that names itself nowhere. */
const ROOT = 'schema:/'

/**
 * Reads the names that a document gives its schemas (`$id`, `$anchor`, `$dynamicAnchor`, draft 4's `id`), once.
 * https://json-schema.org/draft/2020-12/json-schema-core#section-8.2
 */
export function createReferences(root: JsonObject, rootAt: string): References {
  const bases = new Map<object, string>()
  const resources = new Map<string, Found>([[ROOT, { source: root, at: rootAt, name: 'root' }]])
  const anchors = new Map<string, Found>()
  const waiting: [schema: JsonObject, at: string, base: string, depth: number][] = [[root, rootAt, ROOT, 0]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [schema, at, outer, depth] = next
    if (bases.has(schema) || depth > DEEPEST) continue
    const base = register(schema, at, outer)
    bases.set(schema, base)
    for (const [inner, innerAt] of subSchemas(schema, at)) waiting.push([inner, innerAt, base, depth + 1])
  }

  function register(schema: JsonObject, at: string, outer: string): string {
    const id = schema.$id ?? schema.id
    const named = typeof id === 'string' ? absolute(id, outer) : outer
    const [base = outer, fragment = ''] = named.split('#')
    const found = { source: schema, at, name: schema === root ? 'root' : (at.split('.').at(-1) ?? '') }
    if (base !== outer && !resources.has(base)) resources.set(base, found)
    for (const anchor of [schema.$anchor, schema.$dynamicAnchor, fragment]) {
      if (typeof anchor === 'string' && anchor !== '') anchors.set(`${base}#${anchor}`, found)
    }
    return base
  }

  return {
    follow(reference, from, at) {
      const [base = ROOT, fragment = ''] = absolute(reference, bases.get(from) ?? ROOT).split('#')
      const resource = resources.get(base)
      if (resource === undefined) throw isOutside(reference, at)
      const pointer = decoded(fragment)
      const found =
        anchors.get(`${base}#${pointer}`) ?? walk(resource, pointer) ?? walk(resources.get(ROOT)!, pointer)
      if (found === undefined) throw leadsNowhere(reference, at)
      return found
    },
  }
}

/** A reference against its base; what is no address at all is left as it is. */
function absolute(reference: string, base: string): string {
  if (reference.startsWith('#')) return `${base}${reference}`
  try {
    return new URL(reference, base).href
  } catch {
    return reference
  }
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}

/** JSON Pointer: https://www.rfc-editor.org/rfc/rfc6901 */
function walk(from: Found, pointer: string): Found | undefined {
  if (pointer === '') return from
  if (!pointer.startsWith('/')) return undefined
  let found: Found | undefined = from
  for (const step of pointer.slice(1).split('/')) {
    found = found && into(found, step.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  return found
}

function into({ source, at }: Found, step: string): Found | undefined {
  const isThere = Array.isArray(source) ? /^\d+$/.test(step) : isJsonObject(source)
  if (!isThere || !Object.hasOwn(source as object, step)) return undefined
  return { source: (source as Record<string, unknown>)[step], at: within(at, step), name: step }
}

function isOutside(reference: string, at: string) {
  const advice = 'put what it names into "$defs" and refer to it there'
  return schemaError(at, `leads out of this schema (${asJson(reference)}); ${advice}`)
}

function leadsNowhere(reference: string, at: string) {
  return schemaError(at, `leads nowhere in this schema (${asJson(reference)})`)
}
