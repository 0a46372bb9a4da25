import { type Arrays, arraySentences, isFull } from './arrays.ts'
import type { Form, Forms } from './forms.ts'
import type { JsonObject } from './json-object.ts'
import { jsonText } from './json-text.ts'
import { writeNumbers } from './numbers.ts'
import { allProperties, type Objects, objectSentences } from './objects.ts'
import { asJson } from './sentences.ts'
import type { Shape, Typed } from './shape.ts'
import { writeStrings } from './strings.ts'
import type { TypeName } from './type-names.ts'
import { writeValues } from './values.ts'
import { voidProperties } from './void-properties.ts'
import { noted, type Writing } from './writing.ts'
import { definedOnly, type Written } from './written.ts'

type WriteChild = (shape: Shape) => JsonObject

/** A text that may be the JSON of an object or a list. */
export const JSON_TEXT = { keywords: { type: 'STRING' }, coercion: jsonText }

const silent = { says: [] }

/** Google's `Schema` has no form for every value, and none for an object whose properties are not known. */
export const ANYTHING: Forms = {
  forms: [
    { about: { says: ['A text; an object or a list is written as JSON text.'] }, ...JSON_TEXT },
    { about: silent, keywords: { type: 'NUMBER' } },
    { about: silent, keywords: { type: 'BOOLEAN' } },
  ],
  isNullable: true,
  says: [],
}

/** Values of some types: a form for each type. */
export function formsOfTyped(shape: Shape, typed: Typed, write: WriteChild, writing: Writing): Forms {
  voidProperties(shape, typed, writing)
  const isNullable = typed.types.includes('null')
  const forms = typed.values === undefined ? typed.types.flatMap(formOfType) : formsOfValues(typed.values)
  return { forms, isNullable, says: [] }

  function formOfType(type: TypeName): Form[] {
    switch (type) {
      case 'null':
        return []
      case 'boolean':
        return [{ about: silent, keywords: { type: 'BOOLEAN' } }]
      case 'string':
        return [formOf(type, typed.strings && writeStrings(typed.strings, 'openapi'))]
      case 'number':
      case 'integer':
        return [formOf(type, typed.numbers && writeNumbers(typed.numbers, type))]
      case 'array':
        return [formOf(type, writeArray(typed.arrays, write, writing))]
      case 'object':
        return [formOfObject(typed.objects)]
    }
  }

  function formOf(type: TypeName, written: Written = { keywords: {}, sentences: [] }): Form {
    return {
      about: { says: noted(writing, shape, written.sentences) },
      keywords: { type: type.toUpperCase(), ...written.keywords },
    }
  }

  function formsOfValues(values: readonly unknown[]): Form[] {
    return writeValues(values, typed.types, 'openapi').map(({ keywords, sentences, coercion }) => ({
      about: { says: noted(writing, shape, sentences) },
      keywords: { ...keywords, type: String(keywords.type).toUpperCase() },
      ...(coercion === undefined ? {} : { coercion }),
    }))
  }

  /** An object without known properties is refused, or comes back empty; so it is asked for as text. */
  function formOfObject(objects: Objects | undefined): Form {
    if (objects !== undefined && allProperties(objects).size > 0)
      return formOf('object', writeObject(objects, write, writing))
    const others =
      objects === undefined ? [] : [...sayOthers(objects, writing), ...objectSentences(objects, false)]
    return {
      about: { says: noted(writing, shape, ['A JSON object, written as text.', ...others]) },
      ...JSON_TEXT,
    }
  }
}

function writeArray(arrays: Arrays | undefined, write: WriteChild, writing: Writing): Written {
  if (arrays === undefined) return { keywords: { items: write(anything('')) }, sentences: [] }
  const { prefix, items, minItems, maxItems } = arrays
  const areWritten = writing.takeItems(maxItems)
  const behind = prefix.length > 0 && isFull(arrays) ? [] : [items ?? anything('')]
  return {
    keywords: definedOnly({
      items: write(oneOf([...prefix, ...behind])),
      ...(areWritten ? { minItems, maxItems } : {}),
    }),
    sentences: [...sayOrder(prefix, write), ...arraySentences(arrays, areWritten)],
  }
}

function anything(at: string): Shape {
  return { at, about: silent, core: { kind: 'any' } }
}

function oneOf(members: readonly Shape[]): Shape {
  const [only, another] = members
  if (only !== undefined && another === undefined) return only
  return { at: only?.at ?? '', about: silent, core: { kind: 'union', members, exactlyOne: false } }
}

/** What stands at each place of a tuple. */
function sayOrder(prefix: readonly Shape[], write: WriteChild): string[] {
  if (prefix.length === 0) return []
  const places = prefix.map((shape, index) => `${index + 1}. ${brief(write(shape))}`)
  return [`The items in order: ${places.join('; ')}.`]
}

function brief({ type, title, description }: JsonObject): string {
  const kind = typeof type === 'string' ? type.toLowerCase() : 'value'
  const words = title ?? description
  return words === undefined ? kind : `${kind} (${words})`
}

function writeObject(objects: Objects, write: WriteChild, writing: Writing): Written {
  const { required, ordering, minProperties, maxProperties } = objects
  const properties = allProperties(objects)
  const known = required.filter((name) => properties.has(name))
  const ordered = ordering?.filter((name) => properties.has(name)) ?? []
  return {
    keywords: definedOnly({
      properties: Object.fromEntries([...properties].map(([name, property]) => [name, write(property)])),
      required: known.length === 0 ? undefined : known,
      propertyOrdering: ordered.length === 0 ? undefined : ordered,
      minProperties,
      maxProperties,
    }),
    sentences: [...sayOthers(objects, writing), ...objectSentences(objects, true)],
  }
}

/**
 * Only listed properties can be given in this dialect; that none may be added needs no words. What the others
 * hold is JSON inside of text, so it is said in the dialect that changes no value.
 */
function sayOthers(objects: Objects, writing: Writing): string[] {
  const { additional, patterns } = objects
  const said = (shape: Shape) => asJson(writing.asJsonSchema(shape))
  const named = patterns.map(([pattern, shape]) => `Names that match ${asJson(pattern)} hold ${said(shape)}.`)
  if (additional === undefined || additional.core.kind === 'never') return named
  if (additional.core.kind === 'any') return [...named, 'Other properties may be given.']
  const which =
    allProperties(objects).size + patterns.length === 0 ? 'Every property holds' : 'Other properties hold'
  return [...named, `${which} ${said(additional)}.`]
}
