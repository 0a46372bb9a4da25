import { type About, writeAbout } from './about.ts'
import { arraySentences, isFull } from './arrays.ts'
import type { JsonObject } from './json-object.ts'
import { writeNumbers } from './numbers.ts'
import { allProperties, type Objects, objectSentences } from './objects.ts'
import type { RequiredNames } from './required-cycles.ts'
import { asJson } from './sentences.ts'
import type { Shape, Typed } from './shape.ts'
import { writeStrings } from './strings.ts'
import { toUnion } from './unions.ts'
import { type WrittenValues, writeValues } from './values.ts'
import { voidProperties } from './void-properties.ts'
import { noted, type Writing } from './writing.ts'
import { definedOnly, type Written } from './written.ts'

/** What the nodes of one document share. */
interface Sheet {
  write(shape: Shape): JsonObject
  readonly writing: Writing
  /** Required properties that cannot be called so. */
  readonly cycles: RequiredNames
}

/** Values of some types as the JSON Schema that Gemini takes. */
export function writeJsonTyped(shape: Shape, typed: Typed, sheet: Sheet): JsonObject {
  const { writing } = sheet
  voidProperties(shape, typed, writing)
  if (typed.values !== undefined) return writeJsonValues(shape, typed, typed.values, writing)
  const parts = typed.types.flatMap((type): Written[] => {
    if (type === 'string' && typed.strings) return [writeStrings(typed.strings, 'json')]
    if ((type === 'number' || type === 'integer') && typed.numbers) return [writeNumbers(typed.numbers, type)]
    if (type === 'array') return [writeJsonArray(typed, sheet)]
    return type === 'object' && typed.objects ? [writeJsonObject(typed.objects, shape, sheet)] : []
  })
  const sentences = noted(
    writing,
    shape,
    parts.flatMap((part) => part.sentences),
  )
  return {
    type: typed.types.length === 1 ? typed.types[0] : typed.types,
    ...writeAbout(shape.about, sentences),
    ...Object.assign({}, ...parts.map((part) => part.keywords)),
  }
}

/** `enum` is for texts and numbers alone, so mixed values become forms. */
function writeJsonValues(
  shape: Shape,
  typed: Typed,
  values: readonly unknown[],
  writing: Writing,
): JsonObject {
  const forms = [...writeValues(values, typed.types, 'json'), ...(values.includes(null) ? [NULL] : [])]
  const [form, another] = forms
  if (form !== undefined && another === undefined) return node(form, shape.about)
  return { ...writeAbout(shape.about), anyOf: forms.map((one) => node(one, { says: [] })) }

  function node({ keywords, sentences, coercion }: WrittenValues, about: About): JsonObject {
    const { type, ...others } = keywords
    const made = { type, ...writeAbout(about, noted(writing, shape, sentences)), ...others }
    if (coercion !== undefined) writing.coercions.set(made, coercion)
    return made
  }
}

const NULL: WrittenValues = { keywords: { type: 'null' }, sentences: [] }

/** `items` must be there; a tuple's places come before it. */
function writeJsonArray({ arrays }: Typed, { write, writing }: Sheet): Written {
  if (arrays === undefined) return { keywords: { items: {} }, sentences: [] }
  const { prefix, items, minItems, maxItems } = arrays
  const areWritten = writing.takeItems(maxItems)
  const behind = prefix.length > 0 && (items === undefined || isFull(arrays)) ? undefined : items
  return {
    keywords: definedOnly({
      prefixItems: prefix.length === 0 ? undefined : prefix.map(write),
      items: behind === undefined ? (prefix.length === 0 ? {} : undefined) : write(behind),
      ...(areWritten ? { minItems, maxItems } : {}),
    }),
    sentences: arraySentences(arrays, areWritten),
  }
}

function writeJsonObject(objects: Objects, shape: Shape, { write, cycles }: Sheet): Written {
  const soft = cycles.get(objects) ?? new Set()
  const { required, ordering } = objects
  const properties = allProperties(objects)
  const known = required.filter((name) => properties.has(name) && !soft.has(name))
  const ordered = ordering?.filter((name) => properties.has(name)) ?? []
  return {
    keywords: definedOnly({
      properties:
        properties.size === 0
          ? undefined
          : Object.fromEntries([...properties].map(([name, property]) => [name, write(property)])),
      additionalProperties: writeAdditional(objects, shape, write),
      required: known.length === 0 ? undefined : known,
      propertyOrdering: ordered.length === 0 ? undefined : ordered,
    }),
    sentences: [...softSentences(soft), ...patternSentences(objects), ...objectSentences(objects, false)],
  }
}

/** What names that match a pattern hold is what other names hold; the patterns are said. */
function writeAdditional({ additional, patterns }: Objects, { at }: Shape, write: Sheet['write']): unknown {
  const open = additional === undefined || additional.core.kind === 'never' ? [] : [additional]
  const forms = [...patterns.map(([, form]) => form), ...open]
  const [first] = forms
  if (first === undefined) return additional === undefined ? undefined : false
  const written = write(forms.length === 1 ? first : { at, about: { says: [] }, core: toUnion(forms, false) })
  return Object.keys(written).length === 0 ? true : written
}

function softSentences(names: ReadonlySet<string>): string[] {
  return names.size === 0 ? [] : [`Always give ${[...names].map(asJson).join(', ')}.`]
}

function patternSentences({ patterns }: Objects): string[] {
  const names = patterns.map(([pattern]) => asJson(pattern))
  return names.length === 0 ? [] : [`Other names must match ${names.join(' or ')}.`]
}
