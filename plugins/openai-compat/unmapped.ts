import {
  isRecord,
  optional,
  toBoolean,
  toInteger,
  toList,
  toNumber,
  toOneOf,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'

type Body = Readonly<Record<string, unknown>>

/** What OpenAI has in a parameter; what Codex and OpenAI's own programs alone send may be anything. */
export type Kind = keyof typeof CHECKS

/** Refuses parameters of a wrong type although they have no effect here, as OpenAI does. */
export function checkUnmapped(body: Body, kinds: readonly (readonly [name: string, kind: Kind])[]): void {
  for (const [name, kind] of kinds) optional<unknown>(body, name, CHECKS[kind])
}

/** Those of some parameters that a body asks something of. */
export function askedAmong(body: Body, names: Readonly<Record<string, Kind>>): string[] {
  return Object.keys(names).filter((name) => {
    const value = body[name]
    return value != null && !(isRecord(value) && Object.keys(value).length === 0)
  })
}

/** `verbosity` */
export function toVerbosity(value: unknown, param: string): string {
  return toOneOf(value, param, ['low', 'medium', 'high'])
}

const CHECKS = {
  anything: (value: unknown) => value,
  biases: toBiases,
  boolean: toBoolean,
  count: (value: unknown, param: string) => toInteger(value, param, 0, 2 ** 31 - 1),
  list: toList,
  object: toRecord,
  string: toText,
  truncation: (value: unknown, param: string) => toOneOf(value, param, ['auto', 'disabled']),
  verbosity: toVerbosity,
} as const

/** Tokens of OpenAI's, and how much more or less of them there is to be. */
function toBiases(value: unknown, param: string): void {
  for (const [token, bias] of Object.entries(toRecord(value, param)))
    toNumber(bias, `${param}.${token.slice(0, 40)}`, -100, 100)
}
