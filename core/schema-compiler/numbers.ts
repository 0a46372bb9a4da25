import { larger, smaller } from './counts.ts'
import type { JsonObject } from './json-object.ts'
import { definedOnly, type Written } from './written.ts'

/** The keywords of numbers. */
export interface Numbers {
  readonly minimum?: number
  readonly maximum?: number
  /** Exclusive bounds. */
  readonly above?: number
  readonly below?: number
  readonly multiplesOf: readonly number[]
  readonly format?: string
}

const FORMATS = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
}

/** Exclusive bounds come as numbers, or as draft 4 has them: `true` beside the bound. undefined: no such keyword. */
export function readNumbers(source: JsonObject): Numbers | undefined {
  const minimum = finite(source.minimum)
  const maximum = finite(source.maximum)
  const isAbove = source.exclusiveMinimum === true
  const isBelow = source.exclusiveMaximum === true
  const step = finite(source.multipleOf) ?? finite(source.divisibleBy)
  const numbers = {
    minimum: isAbove ? undefined : minimum,
    maximum: isBelow ? undefined : maximum,
    above: isAbove ? minimum : finite(source.exclusiveMinimum),
    below: isBelow ? maximum : finite(source.exclusiveMaximum),
    format: isNumberFormat(source.format) ? source.format : undefined,
  }
  const found = definedOnly(numbers)
  const multiplesOf = step === undefined || step <= 0 ? [] : [step]
  return Object.keys(found).length + multiplesOf.length === 0 ? undefined : { ...found, multiplesOf }
}

function isNumberFormat(format: unknown): format is string {
  return [...FORMATS.integer, ...FORMATS.number].includes(format as string)
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** What both allow. */
export function meetNumbers(a: Numbers, b: Numbers): Numbers {
  const bounds = {
    minimum: larger(a.minimum, b.minimum),
    maximum: smaller(a.maximum, b.maximum),
    above: larger(a.above, b.above),
    below: smaller(a.below, b.below),
    format: a.format ?? b.format,
  }
  return { ...definedOnly(bounds), multiplesOf: [...new Set([...a.multiplesOf, ...b.multiplesOf])] }
}

/** Both dialects know the inclusive bounds alone; a whole number's exclusive bound is the next whole number. */
export function writeNumbers(numbers: Numbers, type: 'integer' | 'number'): Written {
  const isWhole = type === 'integer'
  const { minimum, maximum, above, below, format, multiplesOf } = numbers
  const least = isWhole ? larger(up(minimum), next(above)) : larger(minimum, above)
  const most = isWhole ? smaller(down(maximum), previous(below)) : smaller(maximum, below)
  return {
    keywords: definedOnly({
      format: FORMATS[type].includes(format ?? '') ? format : undefined,
      minimum: least,
      maximum: most,
    }),
    sentences: [
      ...(!isWhole && above !== undefined && above === least ? [`Greater than ${above}.`] : []),
      ...(!isWhole && below !== undefined && below === most ? [`Less than ${below}.`] : []),
      ...multiplesOf.filter((step) => !(isWhole && step === 1)).map((step) => `A multiple of ${step}.`),
    ],
  }
}

function up(bound: number | undefined) {
  return bound === undefined ? undefined : Math.ceil(bound)
}

function down(bound: number | undefined) {
  return bound === undefined ? undefined : Math.floor(bound)
}

function next(bound: number | undefined) {
  return bound === undefined ? undefined : Math.floor(bound) + 1
}

function previous(bound: number | undefined) {
  return bound === undefined ? undefined : Math.ceil(bound) - 1
}
