import { isSilent, writeAbout } from './about.ts'
import { createDefinitions } from './definitions.ts'
import { areDisjoint } from './disjoint.ts'
import type { JsonObject } from './json-object.ts'
import { requiredCycles } from './required-cycles.ts'
import type { Reference, Shape, Union } from './shape.ts'
import { writeJsonTyped } from './write-json-typed.ts'
import { noted, uniqueForms, type Writing } from './writing.ts'

/** Said of a place where no value is valid. */
export const NEVER = 'Leave this out: no value is valid here.'
/** Said of `oneOf`, which Gemini takes as `anyOf`. */
export const EXACTLY_ONE = 'It must match exactly one of the forms.'

/**
 * A shape as the JSON Schema that Gemini takes: references stay references, so that recursion does too.
 * `root` is the source of the shape where a reference to it may be `#`.
 * https://ai.google.dev/api/generate-content#FIELDS.response_json_schema
 */
export function writeJson(shape: Shape, root: object | undefined, writing: Writing): JsonObject {
  const definitions = createDefinitions(root)
  const cycles = requiredCycles(shape)
  const main = write(shape)
  const written: [name: string, schema: JsonObject][] = []
  for (let next = definitions.next(); next !== undefined; next = definitions.next()) {
    written.push([next.name, write(next.target.read())])
  }
  return written.length === 0 ? main : withDefinitions(main, written, writing)

  function write(shape: Shape): JsonObject {
    writing.spend(shape.at)
    const { core } = shape
    switch (core.kind) {
      case 'any':
        return writeAbout(shape.about)
      case 'never':
        return { type: 'null', ...writeAbout(shape.about, noted(writing, shape, [NEVER])) }
      case 'reference':
        return writeReference(shape, core)
      case 'union':
        return writeUnion(shape, core)
      case 'typed':
        return writeJsonTyped(shape, core, { write, writing, cycles })
    }
  }

  /** A reference has no siblings: Google refuses them. */
  function writeReference(shape: Shape, reference: Reference): JsonObject {
    const pointer = definitions.pointerTo(reference.target)
    if (pointer === undefined) return writeAbout(shape.about)
    const bare = { $ref: pointer }
    return isSilent(shape.about) ? bare : { ...writeAbout(shape.about), anyOf: [bare] }
  }

  function writeUnion(shape: Shape, { members, exactlyOne }: Union): JsonObject {
    const sentences = exactlyOne && !areDisjoint(members) ? [EXACTLY_ONE] : []
    return {
      ...writeAbout(shape.about, noted(writing, shape, sentences)),
      anyOf: uniqueForms(members.map(write)),
    }
  }
}

function withDefinitions(
  main: JsonObject,
  definitions: readonly [name: string, schema: JsonObject][],
  { coercions }: Writing,
): JsonObject {
  const whole = { ...main, $defs: Object.fromEntries(definitions) }
  const coercion = coercions.get(main)
  if (coercion !== undefined) coercions.set(whole, coercion)
  return whole
}
