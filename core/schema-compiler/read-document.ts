import { isJsonObject, type JsonObject } from './json-object.ts'
import { meet } from './meet.ts'
import { type Reading, readSchema } from './read-schema.ts'
import { createReferences } from './references.ts'
import { resolve } from './resolve.ts'
import { schemaError } from './schema-error.ts'
import type { Reference, Shape, Target } from './shape.ts'

/** Steps of combining, targets made by it, and schemas read, before a document counts as too intricate. */
const MOST_STEPS = 20_000
const MOST_TARGETS = 1_000
const MOST_PARTS = 50_000
const DEEPEST = 150

/**
 * The shape of a whole document. Each schema in it is read once, and what references lead to only when it
 * is needed. Throws `invalid_request` for what is no schema, for a reference that cannot be followed, and
 * for a schema that is too deep or too intricate to be a client's honest one.
 */
export function readDocument(root: unknown, at: string, note: (at: string, text: string) => void): Shape {
  const references = isJsonObject(root) ? createReferences(root, at) : undefined
  const shapes = new Map<object, Shape>()
  const targets = new Map<object, Target>()
  const meetings = new Map<string, Reference>()
  const numbers = new Map<object, number>()
  let depth = 0
  let steps = 0
  const reading: Reading = { child, reference, spend, note, targetOfBoth }
  return child(root, at)

  function child(source: unknown, place: string): Shape {
    if (!isJsonObject(source)) return readSchema(source, place, reading)
    const known = shapes.get(source)
    if (known !== undefined) return known
    if (depth >= DEEPEST) throw isTooDeep(place)
    if (shapes.size >= MOST_PARTS) throw schemaError(at, 'has too many parts; make it simpler')
    depth++
    shapes.set(source, { at: place, about: { says: [] }, core: { kind: 'any' } })
    const shape = readSchema(source, place, reading)
    depth--
    shapes.set(source, shape)
    return shape
  }

  function reference(text: string, from: JsonObject, place: string): Reference {
    const found = references!.follow(text, from, place)
    const identity = isJsonObject(found.source) ? found.source : {}
    const known = targets.get(identity)
    const target = known ?? createTarget(found.name, [identity], () => child(found.source, found.at))
    targets.set(identity, target)
    return { kind: 'reference', target }
  }

  function targetOfBoth(a: Reference, b: Shape): Reference {
    const other = b.core.kind === 'reference' ? b.core.target.parts : [b.core]
    const parts = [...new Set([...a.target.parts, ...other])].sort((x, y) => numberOf(x) - numberOf(y))
    const key = parts.map(numberOf).join('&')
    const known = meetings.get(key)
    if (known !== undefined) return known
    if (meetings.size >= MOST_TARGETS) throw isTooMuch(b.at)
    const name = a.target.name
    const target = createTarget(name, parts, () => meet(resolve(shapeOf(a, b.at)), resolve(b), reading))
    const made: Reference = { kind: 'reference', target }
    meetings.set(key, made)
    return made
  }

  function createTarget(name: string, parts: readonly object[], read: () => Shape): Target {
    let shape: Shape | undefined
    let isReading = false
    const target: Target = {
      name,
      parts,
      read() {
        if (shape !== undefined) return shape
        if (isReading) return { at, about: { says: [] }, core: { kind: 'any' } }
        if (depth >= DEEPEST) throw isTooDeep(at)
        depth++
        isReading = true
        shape = read()
        isReading = false
        depth--
        return shape
      },
    }
    return target
  }

  function numberOf(part: object): number {
    const number = numbers.get(part) ?? numbers.size
    numbers.set(part, number)
    return number
  }

  function spend() {
    if (++steps > MOST_STEPS) throw isTooMuch(at)
  }
}

function shapeOf(core: Reference, at: string): Shape {
  return { at, about: { says: [] }, core }
}

function isTooDeep(at: string) {
  return schemaError(at, `is nested deeper than ${DEEPEST} levels; make it flatter`)
}

function isTooMuch(at: string) {
  return schemaError(at, 'combines too many schemas; make it simpler')
}
