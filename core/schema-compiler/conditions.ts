import { either } from './either.ts'
import { isJsonObject, type JsonObject, membersOf, textsOf } from './json-object.ts'
import { allProperties, joinProperties } from './objects.ts'
import { within } from './place.ts'
import { resolve } from './resolve.ts'
import { asJson } from './sentences.ts'
import type { Shape } from './shape.ts'

/** What no dialect of Gemini's has at all. */
export interface Conditions {
  readonly sentences: readonly string[]
  /** Properties that only a condition names, so that none is lost. */
  readonly properties: ReadonlyMap<string, Shape>
}

type ReadChild = (source: unknown, at: string) => Shape

/** `not`, `if`, `dependentRequired`, `dependentSchemas` and draft 7's `dependencies`. */
export function readConditions(source: JsonObject, at: string, read: ReadChild): Conditions {
  const dependencies = [...membersOf(source.dependencies), ...membersOf(source.dependentRequired)]
  const lists = dependencies.filter(([, needed]) => Array.isArray(needed))
  const schemas = [...membersOf(source.dependencies), ...membersOf(source.dependentSchemas)]
  const dependents = schemas.filter(([, schema]) => isJsonObject(schema))
  const branches = [
    ...branchesOf(source).map(([keyword, schema]) => read(schema, within(at, keyword))),
    ...dependents.map(([name, schema]) => read(schema, within(at, 'dependentSchemas', name))),
  ]
  return {
    sentences: [
      ...sayNot(source.not),
      ...sayIf(source),
      ...lists.map(
        ([name, needed]) => `With ${asJson(name)} also give ${textsOf(needed).map(asJson).join(', ')}.`,
      ),
      ...dependents.map(([name, schema]) => `With ${asJson(name)} it must also match ${asJson(schema)}.`),
    ],
    properties: joinAll(branches.map(propertiesOf)),
  }
}

/** Without `if`, the branches mean nothing. */
function branchesOf(source: JsonObject): [keyword: string, schema: unknown][] {
  if (source.if === undefined) return []
  const branches = [
    ['if', source.if],
    ['then', source.then],
    ['else', source.else],
  ] as const
  return branches.filter(([, schema]) => isJsonObject(schema)).map(([keyword, schema]) => [keyword, schema])
}

function sayNot(not: unknown): string[] {
  return not === undefined || not === false ? [] : [`Must not match ${asJson(not)}.`]
}

function sayIf(source: JsonObject): string[] {
  if (source.if === undefined) return []
  const then = source.then === undefined ? [] : [`it must also match ${asJson(source.then)}`]
  const otherwise = source.else === undefined ? [] : [`else it must also match ${asJson(source.else)}`]
  if (then.length + otherwise.length === 0) return []
  return [`${[`If it matches ${asJson(source.if)}`, ...then, ...otherwise].join(', ')}.`]
}

function propertiesOf(shape: Shape): ReadonlyMap<string, Shape> {
  const { core } = resolve(shape)
  if (core.kind === 'union') {
    return joinAll(core.members.map(propertiesOf))
  }
  return core.kind === 'typed' && core.objects ? allProperties(core.objects) : new Map()
}

function joinAll(all: readonly ReadonlyMap<string, Shape>[]): ReadonlyMap<string, Shape> {
  const none: ReadonlyMap<string, Shape> = new Map()
  return all.reduce((a, b) => joinProperties(a, b, either), none)
}
