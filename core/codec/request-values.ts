import { GatewayError } from '../errors.ts'

/** What can be wrong with a field of a request, in the words of `GatewayError.code`. */
export type RefusalCode =
  | 'invalid_type'
  | 'invalid_value'
  | 'missing_required_parameter'
  | 'unsupported_value'
  | 'unsupported_parameter'

/** Refuses a request for the sake of one field, named as its protocol names it. */
export function refuse(code: RefusalCode, param: string, message: string): never {
  throw new GatewayError('invalid_request', message, { code, param })
}

/** True for an object that is no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value as a text; refuses anything else, as do the functions below. */
export function toText(value: unknown, param: string): string {
  return typeof value === 'string' ? value : refuseType(value, param, 'a string')
}

/** A text with something in it. */
export function toFilledText(value: unknown, param: string): string {
  const text = toText(value, param)
  return text === '' ? refuse('invalid_value', param, `'${param}' must not be empty`) : text
}

/** True or false. */
export function toBoolean(value: unknown, param: string): boolean {
  return typeof value === 'boolean' ? value : refuseType(value, param, 'a boolean')
}

/** A list of anything. */
export function toList(value: unknown, param: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuseType(value, param, 'an array')
}

/** An object that is no list. */
export function toRecord(value: unknown, param: string): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : refuseType(value, param, 'an object')
}

/** A number between two, which both belong to it. */
export function toNumber(value: unknown, param: string, least: number, most: number): number {
  if (typeof value !== 'number') return refuseType(value, param, 'a number')
  if (value >= least && value <= most) return value
  return refuse('invalid_value', param, `'${param}' must be between ${least} and ${most}, not ${value}`)
}

/** A whole number between two, which both belong to it. */
export function toInteger(value: unknown, param: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) return refuseType(value, param, 'an integer')
  return toNumber(value, param, least, most)
}

/** One of the texts that are known. */
export function toOneOf<const T extends string>(value: unknown, param: string, known: readonly T[]): T {
  const text = toText(value, param)
  const found = known.find((each) => each === text)
  if (found !== undefined) return found
  const list = known.map((each) => `'${each}'`).join(', ')
  return refuse('invalid_value', param, `'${param}' must be one of ${list}, not ${shown(text)}`)
}

/** Reads a field that may be absent; `null` is the same as absent. */
export function optional<T>(
  holder: Readonly<Record<string, unknown>>,
  name: string,
  read: (value: unknown, param: string) => T,
  param = name,
): T | undefined {
  const value = holder[name]
  return value === undefined || value === null ? undefined : read(value, param)
}

/** Reads a field that must be there. */
export function required<T>(
  holder: Readonly<Record<string, unknown>>,
  name: string,
  read: (value: unknown, param: string) => T,
  param = name,
): T {
  const value = optional(holder, name, read, param)
  return value ?? refuseMissing(param)
}

function refuseMissing(param: string): never {
  return refuse('missing_required_parameter', param, `Missing required parameter: '${param}'`)
}

/** Refuses a value that is not what was expected; one that is absent as missing. */
export function refuseType(value: unknown, param: string, expected: string): never {
  if (value === undefined) return refuseMissing(param)
  return refuse(
    'invalid_type',
    param,
    `Invalid type for '${param}': expected ${expected}, but got ${typeName(value)} instead`,
  )
}

/** A client's own text in a message, cut to what a person reads. */
export function shown(text: string): string {
  return `'${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
