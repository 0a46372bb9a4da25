import { type About, isSilent, joinAbout, readAbout, writeAbout } from './about.ts'
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
    const about = { ...shape.about, says: [...shape.about.says, ...noted(writing, shape, sentences)] }
    const forms = uniqueForms(members.map(write).flatMap(innerForms))
    const [only, another] = forms
    const isOne = only !== undefined && another === undefined && (only.$ref === undefined || isSilent(about))
    return isOne ? describedNode(about, only, writing) : { ...writeAbout(about), anyOf: forms }
  }
}

/** A union inside a union, where nothing is said of it, is part of it. */
function innerForms(node: JsonObject): readonly JsonObject[] {
  return Array.isArray(node.anyOf) && Object.keys(node).length === 1 ? node.anyOf : [node]
}

/** Forms that came out the same are one node, which takes the description of both. */
function describedNode(outer: About, node: JsonObject, { coercions }: Writing): JsonObject {
  if (isSilent(outer)) return node
  const { type, title: _title, description: _description, ...others } = node
  const about = joinAbout(outer, readAbout(node))
  const made = { ...(type === undefined ? {} : { type }), ...writeAbout(about), ...others }
  return withCoercionOf(node, made, coercions)
}

function withDefinitions(
  main: JsonObject,
  definitions: readonly [name: string, schema: JsonObject][],
  { coercions }: Writing,
): JsonObject {
  return withCoercionOf(main, { ...main, $defs: Object.fromEntries(definitions) }, coercions)
}

function withCoercionOf(node: JsonObject, made: JsonObject, coercions: Writing['coercions']): JsonObject {
  const coercion = coercions.get(node)
  if (coercion !== undefined) coercions.set(made, coercion)
  return made
}
