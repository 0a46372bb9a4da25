import { readAbout } from './about.ts'
import { readArrays } from './arrays.ts'
import { readConditions } from './conditions.ts'
import { isJsonObject, type JsonObject } from './json-object.ts'
import { type Meeting, meet } from './meet.ts'
import { readNumbers } from './numbers.ts'
import { ANY_OBJECT, type Objects, readObjects } from './objects.ts'
import { within } from './place.ts'
import { schemaError } from './schema-error.ts'
import type { Core, Reference, Shape, Typed } from './shape.ts'
import { readStrings } from './strings.ts'
import { readTypes } from './types-of-schema.ts'
import { groupSentences, readUnions, toUnion } from './unions.ts'

/** What reading one schema needs of the document that it is part of. */
export interface Reading extends Meeting {
  /** The shape of a schema that stands inside. */
  child(source: unknown, at: string): Shape
  /** Throws for a reference that leads nowhere. */
  reference(text: string, from: JsonObject, at: string): Reference
}

/** The shape of a schema of any dialect. Throws `invalid_request` for what is no schema. */
export function readSchema(source: unknown, at: string, reading: Reading): Shape {
  const silent = { says: [] }
  if (source === true) return { at, about: silent, core: { kind: 'any' } }
  if (source === false) return { at, about: silent, core: { kind: 'never' } }
  if (!isJsonObject(source)) throw isNoSchema(source, at)
  const { own, sentences } = readOwn(source, at, reading)
  const about = readAbout(source)
  const start: Shape = { at, about: { ...about, says: [...about.says, ...sentences] }, core: own }
  const whole = otherParts(source, at, reading).reduce((a, b) => meet(a, b, reading), start)
  return source.nullable === true ? orNull(single(whole, reading)) : single(whole, reading)
}

function isNoSchema(source: unknown, at: string) {
  const what = source === null ? 'null' : Array.isArray(source) ? 'a list' : `a ${typeof source}`
  return schemaError(at, `must be a JSON Schema (an object, true or false), not ${what}`)
}

/** What the schema's own keywords say, without the schemas beside them. */
function readOwn(source: JsonObject, at: string, reading: Reading) {
  const conditions = readConditions(source, at, reading.child)
  const objects = hinting(readObjects(source, at, reading.child), conditions.properties)
  const families = definedFamilies({
    numbers: readNumbers(source),
    strings: readStrings(source),
    arrays: readArrays(source, at, reading.child),
    objects,
  })
  const { types, values, sentences } = readTypes(source, Object.keys(families))
  if (forbidsAll(source.not)) return { own: { kind: 'never' } as Core, sentences: [] }
  const said = [...conditions.sentences, ...sentences, ...groupSentences(source)]
  for (const sentence of said) reading.note(at, sentence)
  if (Array.isArray(source.enum) && source.enum.length === 0) reading.note(at, 'an empty enum is left out')
  const own: Core = types === undefined ? { kind: 'any' } : { kind: 'typed', types, ...values, ...families }
  return { own, sentences: said }
}

/** zod writes "never" as `not: {}`. */
function forbidsAll(not: unknown): boolean {
  return not === true || (isJsonObject(not) && Object.keys(not).length === 0)
}

function hinting(objects: Objects | undefined, hinted: ReadonlyMap<string, Shape>): Objects | undefined {
  return hinted.size === 0 ? objects : { ...(objects ?? ANY_OBJECT), hinted }
}

type Families = Pick<Typed, 'numbers' | 'strings' | 'arrays' | 'objects'>

function definedFamilies(families: Families): Families {
  return Object.fromEntries(Object.entries(families).filter(([, family]) => family !== undefined))
}

/** The schemas that hold beside a schema's own keywords: what it refers to, `allOf`, and its unions. */
function otherParts(source: JsonObject, at: string, reading: Reading): Shape[] {
  const references = ['$ref', '$recursiveRef', '$dynamicRef'].flatMap((keyword) => {
    const text = source[keyword]
    return typeof text === 'string' ? [referenceAt(text, source, within(at, keyword), reading)] : []
  })
  const all = Array.isArray(source.allOf) ? source.allOf : []
  return [
    ...references,
    ...all.map((part, index) => reading.child(part, within(at, 'allOf', String(index)))),
    ...readUnions(source, at, reading.child),
  ]
}

function referenceAt(text: string, source: JsonObject, at: string, reading: Reading): Shape {
  return { at, about: { says: [] }, core: reading.reference(text, source, at) }
}

/** A union of one member is that member. */
function single(shape: Shape, reading: Meeting): Shape {
  const { core } = shape
  if (core.kind !== 'union') return shape
  const union = toUnion(core.members, core.exactlyOne)
  const [only, another] = union.kind === 'union' ? union.members : []
  if (only === undefined || another !== undefined) return { ...shape, core: union }
  return meet({ ...shape, core: { kind: 'any' } }, only, reading)
}

/** OpenAPI's `nullable`. */
function orNull(shape: Shape): Shape {
  const { core } = shape
  if (core.kind === 'any') return shape
  if (core.kind === 'typed') {
    if (core.types.includes('null')) return shape
    const values = core.values === undefined ? {} : { values: [...core.values, null] }
    return { ...shape, core: { ...core, types: [...core.types, 'null'], ...values } }
  }
  const nothing: Shape = { at: shape.at, about: { says: [] }, core: { kind: 'typed', types: ['null'] } }
  const inner: Shape = { ...shape, about: { says: [] } }
  const members = core.kind === 'union' ? core.members : [inner]
  return { ...shape, core: toUnion([...members, nothing], core.kind === 'union' && core.exactlyOne) }
}
