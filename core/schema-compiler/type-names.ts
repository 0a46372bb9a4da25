/** The types of JSON Schema. */
export type TypeName = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'

/** Every type once; `number` holds the whole numbers too. */
export const EVERY_TYPE = ['string', 'number', 'boolean', 'object', 'array', 'null'] as const

const NAMES: ReadonlySet<string> = new Set([...EVERY_TYPE, 'integer'])

/** `STRING` and `string` are the same type to Google. */
export function toTypeName(text: unknown): TypeName | undefined {
  const name = typeof text === 'string' ? text.toLowerCase() : ''
  return NAMES.has(name) ? (name as TypeName) : undefined
}

/** The type of a JSON value: `integer` for a whole number. */
export function typeOfValue(value: unknown): TypeName {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'string' ? 'string' : 'object'
}

/** True where a value of type `inner` is always one of `types`. */
export function holdsType(types: readonly TypeName[], inner: TypeName): boolean {
  return types.includes(inner) || (inner === 'integer' && types.includes('number'))
}

/** Without repetitions, and without `integer` beside `number`. */
export function uniqueTypes(types: readonly TypeName[]): readonly TypeName[] {
  const unique = [...new Set(types)]
  return unique.includes('number') ? unique.filter((type) => type !== 'integer') : unique
}

/** The types that both allow. */
export function commonTypes(a: readonly TypeName[], b: readonly TypeName[]): readonly TypeName[] {
  return uniqueTypes([...a.filter((type) => holdsType(b, type)), ...b.filter((type) => holdsType(a, type))])
}
