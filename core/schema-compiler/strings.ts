import { countSentences, larger, readCount, smaller } from './counts.ts'
import type { JsonObject } from './json-object.ts'
import { type Dialect, definedOnly, type Written } from './written.ts'

/** The keywords of texts. */
export interface Strings {
  readonly minLength?: number
  readonly maxLength?: number
  readonly patterns: readonly string[]
  readonly formats: readonly string[]
  /** Sentences for what says how a text holds something else. */
  readonly content: readonly string[]
}

/** Formats that the dialect takes; old servers refuse any other in the second. */
const FORMATS: Record<Dialect, readonly string[]> = {
  json: ['date-time', 'date', 'time', 'duration', 'email', 'uuid'],
  openapi: ['date-time'],
}

const NUMBER_FORMATS = ['int32', 'int64', 'float', 'double']

/** undefined: no such keyword. A format of numbers says nothing of a text. */
export function readStrings(source: JsonObject): Strings | undefined {
  const lengths = definedOnly({
    minLength: readCount(source.minLength),
    maxLength: readCount(source.maxLength),
  })
  const strings = {
    ...lengths,
    patterns: typeof source.pattern === 'string' ? [source.pattern] : [],
    formats: readFormat(source.format),
    content: readContent(source),
  }
  const lists = [strings.patterns, strings.formats, strings.content]
  return Object.keys(lengths).length === 0 && lists.every((list) => list.length === 0) ? undefined : strings
}

/** `enum` is Google's word for a text that has an `enum` beside it. */
function readFormat(format: unknown): string[] {
  if (typeof format !== 'string' || format === '' || format === 'enum') return []
  return NUMBER_FORMATS.includes(format) ? [] : [format]
}

function readContent({ contentEncoding, contentMediaType }: JsonObject): string[] {
  return [
    ...(typeof contentEncoding === 'string' ? [`Encoded as ${contentEncoding}.`] : []),
    ...(typeof contentMediaType === 'string' ? [`Holds ${contentMediaType}.`] : []),
  ]
}

/** What both allow. */
export function meetStrings(a: Strings, b: Strings): Strings {
  const lengths = {
    minLength: larger(a.minLength, b.minLength),
    maxLength: smaller(a.maxLength, b.maxLength),
  }
  return {
    ...definedOnly(lengths),
    patterns: [...new Set([...a.patterns, ...b.patterns])],
    formats: [...new Set([...a.formats, ...b.formats])],
    content: [...new Set([...a.content, ...b.content])],
  }
}

/** The first dialect ignores lengths and patterns, so there they are said. */
export function writeStrings(strings: Strings, dialect: Dialect): Written {
  const format = strings.formats.find((one) => FORMATS[dialect].includes(one))
  const pattern = dialect === 'openapi' ? strings.patterns.find(isPlain) : undefined
  const { minLength, maxLength } = strings
  return {
    keywords: definedOnly({ format, ...(dialect === 'openapi' ? { minLength, maxLength, pattern } : {}) }),
    sentences: [
      ...strings.formats.filter((one) => one !== format).map((one) => `Format: ${one}.`),
      ...(dialect === 'json' ? countSentences('character', minLength, maxLength) : []),
      ...strings.patterns.filter((one) => one !== pattern).map((one) => `Matches the pattern ${one}`),
      ...strings.content,
    ],
  }
}

/** Google reads patterns with RE2, which has no look-around and no back references. */
function isPlain(pattern: string): boolean {
  return !/\(\?[=!<]|\\[1-9pPk]/.test(pattern)
}
