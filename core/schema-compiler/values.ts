import { copyJson, isSameJson, type JsonObject } from './json-object.ts'
import { holdsType, type TypeName, typeOfValue } from './type-names.ts'
import type { Dialect, Written } from './written.ts'

/** What a text that the model wrote stands for; undefined where it stands for itself. */
export type Coercion = (text: string) => { readonly value: unknown } | undefined

/** One form of a list of values. */
export interface WrittenValues extends Written {
  readonly coercion?: Coercion
}

/** `enum` and `const`; undefined where the schema has neither, or an `enum` that allows nothing. */
export function readValues(source: JsonObject): readonly unknown[] | undefined {
  const listed = Array.isArray(source.enum) && source.enum.length > 0 ? source.enum : undefined
  if (source.const === undefined) return listed
  return listed === undefined ? [source.const] : commonValues([source.const], listed)
}

/** The values that both lists have. */
export function commonValues(a: readonly unknown[], b: readonly unknown[]): readonly unknown[] {
  const simple = new Set(b)
  const others = b.filter((value) => typeof value === 'object')
  return a.filter((value) => simple.has(value) || others.some((other) => isSameJson(value, other)))
}

/** The values that are of one of the types. */
export function valuesOfTypes(values: readonly unknown[], types: readonly TypeName[]): readonly unknown[] {
  return values.filter((value) => holdsType(types, typeOfValue(value)))
}

/**
 * The forms that a list of values takes, null left out: `enum` has texts alone in the second dialect, texts
 * or numbers in the first. Whatever else there is becomes a text, with a coercion that leads back.
 */
export function writeValues(
  values: readonly unknown[],
  types: readonly TypeName[],
  dialect: Dialect,
): readonly WrittenValues[] {
  const booleans = values.filter((value) => typeof value === 'boolean')
  const numbers = values.filter((value) => typeof value === 'number')
  const others = values.filter((value) => value !== null && !['boolean', 'number'].includes(typeof value))
  const areTexts = dialect === 'openapi' && (numbers.length > 1 || others.length > 0)
  const texts = areTexts ? values.filter((value) => value !== null && typeof value !== 'boolean') : others
  return [
    ...(texts.length > 0 ? [writeTexts(texts)] : []),
    ...(numbers.length > 0 && !areTexts ? [writeNumbers(numbers, types, dialect)] : []),
    ...(booleans.length > 0 ? [writeBooleans(booleans)] : []),
  ]
}

function writeNumbers(numbers: number[], types: readonly TypeName[], dialect: Dialect): WrittenValues {
  const isWhole = numbers.every(Number.isInteger) && !types.includes('number')
  const bounds = dialect === 'json' ? { enum: unique(numbers) } : { minimum: numbers[0], maximum: numbers[0] }
  return { keywords: { type: isWhole ? 'integer' : 'number', ...bounds }, sentences: [] }
}

function writeBooleans(booleans: readonly boolean[]): WrittenValues {
  const sentences = new Set(booleans).size === 1 ? [`Must be ${booleans[0]}.`] : []
  return { keywords: { type: 'boolean' }, sentences }
}

function writeTexts(values: readonly unknown[]): WrittenValues {
  const meanings = new Map<string, unknown>()
  for (const value of values) if (typeof value === 'string' && value !== '') meanings.set(value, value)
  const texts = values.map((value) => {
    const text = toText(value, meanings)
    if (!meanings.has(text)) meanings.set(text, value)
    return text
  })
  const written = { keywords: { type: 'string', enum: unique(texts) }, sentences: [] }
  const isPlain = values.every((value) => typeof value === 'string' && value !== '')
  return isPlain ? written : { ...written, coercion: (text) => meaningOf(text, meanings) }
}

/** The empty text, which Google refuses, has a stand-in that is none of the others. */
function toText(value: unknown, taken: ReadonlyMap<string, unknown>): string {
  if (value !== '') return typeof value === 'string' ? value : JSON.stringify(value)
  let text = '(empty)'
  while (taken.has(text) && taken.get(text) !== '') text = `(${text})`
  return text
}

function meaningOf(text: string, meanings: ReadonlyMap<string, unknown>) {
  return meanings.has(text) ? { value: copyJson(meanings.get(text)) } : undefined
}

function unique<T>(list: readonly T[]): T[] {
  return [...new Set(list)]
}
