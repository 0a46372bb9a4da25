import { countSentences, larger, readCount, smaller } from './counts.ts'
import { either } from './either.ts'
import { isJsonObject, type JsonObject, membersOf, textsOf } from './json-object.ts'
import { within } from './place.ts'
import { asJson } from './sentences.ts'
import type { Shape } from './shape.ts'
import { definedOnly } from './written.ts'

/** The keywords of objects. */
export interface Objects {
  /** In the order of the source. */
  readonly properties: ReadonlyMap<string, Shape>
  /** Properties that only a condition names: they are there, but constrain no property of the same name. */
  readonly hinted?: ReadonlyMap<string, Shape>
  readonly required: readonly string[]
  /** What properties of other names are; undefined: anything, unsaid. */
  readonly additional?: Shape
  /** What properties are whose names match a pattern. */
  readonly patterns: readonly (readonly [pattern: string, shape: Shape])[]
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly ordering?: readonly string[]
  readonly sentences: readonly string[]
}

const KEYWORDS = [
  'properties',
  'required',
  'additionalProperties',
  'unevaluatedProperties',
  'patternProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'propertyOrdering',
]

type ReadChild = (source: unknown, at: string) => Shape
type MeetChild = (a: Shape, b: Shape) => Shape

/** undefined: no such keyword, or `required` alone as draft 3 had it. */
export function readObjects(source: JsonObject, at: string, read: ReadChild): Objects | undefined {
  if (!KEYWORDS.some((keyword) => isGiven(source, keyword))) return undefined
  const properties = membersOf(source.properties)
  const open = source.additionalProperties === undefined ? 'unevaluatedProperties' : 'additionalProperties'
  const ordering = textsOf(source.propertyOrdering)
  return withListedNames(
    {
      properties: readAll(properties, within(at, 'properties'), read),
      required: [
        ...new Set([...textsOf(source.required), ...properties.filter(isRequired).map(([name]) => name)]),
      ],
      ...(source[open] === undefined ? {} : { additional: read(source[open], within(at, open)) }),
      patterns: [...readAll(membersOf(source.patternProperties), within(at, 'patternProperties'), read)],
      ...definedOnly({
        minProperties: readCount(source.minProperties),
        maxProperties: readCount(source.maxProperties),
      }),
      ...(ordering.length === 0 ? {} : { ordering }),
      sentences: readNames(source.propertyNames),
    },
    listedNames(source.propertyNames),
    at,
  )
}

/** The names of an `enum`, where that is all there is to say of them. */
function listedNames(names: unknown): readonly string[] {
  const isList =
    isJsonObject(names) && Object.keys(names).every((keyword) => ['type', 'enum'].includes(keyword))
  return isList ? textsOf(names.enum) : []
}

/** Other properties of listed names are properties. */
function withListedNames(objects: Objects, names: readonly string[], at: string): Objects {
  const { additional, properties, patterns } = objects
  if (names.length === 0 || patterns.length > 0 || additional?.core.kind === 'never') return objects
  const other: Shape = additional ?? { at, about: { says: [] }, core: { kind: 'any' } }
  const listed = names.filter((name) => !properties.has(name)).map((name) => [name, other] as const)
  const none: Shape = { at, about: { says: [] }, core: { kind: 'never' } }
  return { ...objects, properties: inObjectOrder(new Map([...properties, ...listed])), additional: none }
}

function isGiven(source: JsonObject, keyword: string): boolean {
  return keyword === 'required' ? Array.isArray(source.required) : source[keyword] !== undefined
}

/** Draft 3, and many a hand-written tool, say `required: true` at the property. */
function isRequired([, property]: [string, unknown]): boolean {
  return (property as JsonObject | null)?.required === true
}

function readAll(members: [string, unknown][], at: string, read: ReadChild): ReadonlyMap<string, Shape> {
  return new Map(members.map(([name, source]) => [name, read(source, within(at, name))]))
}

function readNames(names: unknown): string[] {
  return names === undefined || names === true || listedNames(names).length > 0
    ? []
    : [`Names of properties must match ${asJson(names)}.`]
}

/** What both allow. A property that one has stays, even where the other is closed. */
export function meetObjects(a: Objects, b: Objects, meet: MeetChild): Objects {
  const additional =
    a.additional && b.additional ? meet(a.additional, b.additional) : (a.additional ?? b.additional)
  const ordering = a.ordering ?? b.ordering
  const hinted = a.hinted && b.hinted ? joinProperties(a.hinted, b.hinted, either) : (a.hinted ?? b.hinted)
  return {
    properties: joinProperties(a.properties, b.properties, meet),
    ...(hinted === undefined ? {} : { hinted }),
    required: [...new Set([...a.required, ...b.required])],
    ...(additional === undefined ? {} : { additional }),
    patterns: [...a.patterns, ...b.patterns.filter((one) => !a.patterns.includes(one))],
    ...definedOnly({
      minProperties: larger(a.minProperties, b.minProperties),
      maxProperties: smaller(a.maxProperties, b.maxProperties),
    }),
    ...(ordering === undefined ? {} : { ordering }),
    sentences: [...new Set([...a.sentences, ...b.sentences])],
  }
}

/** The properties of both; `join` makes one of two with the same name. */
export function joinProperties(
  a: ReadonlyMap<string, Shape>,
  b: ReadonlyMap<string, Shape>,
  join: MeetChild,
): ReadonlyMap<string, Shape> {
  const joined = new Map(a)
  for (const [name, shape] of b) {
    const known = joined.get(name)
    joined.set(name, known === undefined ? shape : join(known, shape))
  }
  return inObjectOrder(joined)
}

/** Every property that a value can have: those of conditions behind the others. */
export function allProperties({ properties, hinted }: Objects): ReadonlyMap<string, Shape> {
  return hinted === undefined ? properties : joinProperties(properties, hinted, (own) => own)
}

/** An object has names that are whole numbers first, so the same order holds here. */
function inObjectOrder(properties: ReadonlyMap<string, Shape>): ReadonlyMap<string, Shape> {
  return new Map(Object.entries(Object.fromEntries(properties)))
}

/** Objects that say nothing of their properties. */
export const ANY_OBJECT: Objects = { properties: new Map(), required: [], patterns: [], sentences: [] }

/** The sentences for what neither dialect has. */
export function objectSentences(objects: Objects, areCountsWritten: boolean): string[] {
  const isClosed = objects.additional?.core.kind === 'never'
  const known = allProperties(objects)
  const unknown = isClosed ? [] : objects.required.filter((name) => !known.has(name))
  return [
    ...(unknown.length === 0 ? [] : [`Always give ${unknown.map(asJson).join(', ')} too.`]),
    ...(areCountsWritten ? [] : countSentences('property', objects.minProperties, objects.maxProperties)),
    ...objects.sentences,
  ]
}
