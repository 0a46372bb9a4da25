import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { readYaml } from './read-yaml.ts'
import { membersOf, type Shape } from './schema-shape.ts'

/**
 * What a text from the environment means for a setting of this shape: numbers and booleans are converted,
 * a list is split at commas and white space, and a text that begins with `[` or `{` is YAML or JSON where
 * a list or a map is wanted. What cannot be converted stays the text, for the check that follows to refuse.
 */
export function valueFromText(text: string, shape: Shape): unknown {
  // What no schema knows stays as it is; the check that follows tells of it.
  if (Object.keys(shape).length === 0) return text
  const members = membersOf(shape)
  if (members.some((member) => Value.Check(member as unknown as TSchema, text))) return text
  for (const member of members) {
    const value = CONVERSIONS[member.type ?? '']?.(text.trim(), member)
    if (value !== undefined) return value
  }
  return text
}

type Conversion = (text: string, shape: Shape) => unknown

const CONVERSIONS: Record<string, Conversion> = {
  integer: toNumber,
  number: toNumber,
  boolean: (text) => BOOLEANS[text.toLowerCase()],
  array: (text, shape) => structured(text) ?? split(text, shape),
  object: structured,
}

const BOOLEANS: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
}

function toNumber(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

function structured(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined
  const result = readYaml(text, 'value')
  return 'value' in result ? result.value : undefined
}

function split(text: string, shape: Shape): readonly string[] | undefined {
  const takesText = membersOf(shape.items ?? {}).some((member) => member.type === 'string')
  return takesText && !/^[[{]/.test(text) ? text.split(/[\s,]+/).filter(Boolean) : undefined
}
