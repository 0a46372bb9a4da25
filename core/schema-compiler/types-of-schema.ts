import type { JsonObject } from './json-object.ts'
import { holdsType, type TypeName, toTypeName, typeOfValue, uniqueTypes } from './type-names.ts'
import { readValues } from './values.ts'

/** Which values a schema means at all. */
export interface TypesOfSchema {
  /** undefined: every type. */
  readonly types: readonly TypeName[] | undefined
  /** Empty, or the only values. */
  readonly values: { readonly values?: readonly unknown[] }
  /** Sentences for types that JSON Schema does not know. */
  readonly sentences: readonly string[]
}

const ANYTHING = ['any', 'type_unspecified']

const TYPES_OF_FAMILIES: Readonly<Record<string, TypeName>> = {
  objects: 'object',
  arrays: 'array',
  strings: 'string',
  numbers: 'number',
}

/** `type`, `enum` and `const` together. Without any, the keywords that are there tell the types. */
export function readTypes(source: JsonObject, families: readonly string[]): TypesOfSchema {
  const given: readonly unknown[] = source.type === undefined ? [] : [source.type].flat()
  const known = given.flatMap((one) => toTypeName(one) ?? [])
  const unknown = given.filter((one) => typeof one === 'string' && toTypeName(one) === undefined)
  const strange = unknown.filter((one) => !ANYTHING.includes(String(one).toLowerCase()))
  const inferred = given.length > 0 ? [] : families.flatMap((family) => TYPES_OF_FAMILIES[family] ?? [])
  const types = unknown.length > 0 ? [] : uniqueTypes(known.length > 0 ? known : inferred)
  const sentences = strange.length === 0 ? [] : [`Type: ${strange.map(String).join(' or ')}.`]
  const values = readValues(source)
  if (values === undefined) return { types: types.length === 0 ? undefined : types, values: {}, sentences }
  return { ...fitValues(values, given.length > 0 ? types : []), sentences }
}

/** A value of another type is taken as one of the type's where it can be; the types are those that have a value. */
function fitValues(values: readonly unknown[], types: readonly TypeName[]) {
  const fitting = types.length === 0 ? values : values.flatMap((value) => fitValue(value, types))
  const kept = fitting.length > 0 ? fitting : values
  const held = uniqueTypes(kept.map(typeOfValue))
  const isWide = types.includes('number') && held.includes('integer')
  return {
    types: isWide ? uniqueTypes([...held, 'number']) : held,
    values: { values: kept },
  }
}

function fitValue(value: unknown, types: readonly TypeName[]): unknown[] {
  if (holdsType(types, typeOfValue(value))) return [value]
  if (types.includes('string') && typeof value !== 'object') return [String(value)]
  if (typeof value !== 'string') return []
  const read = readJson(value)
  return read !== undefined && typeof read !== 'string' && holdsType(types, typeOfValue(read)) ? [read] : []
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
