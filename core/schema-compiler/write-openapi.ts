import { createDeeperRestore, cutReference, type DeeperRestore } from './cut-reference.ts'
import { finalTarget } from './definitions.ts'
import { areDisjoint } from './disjoint.ts'
import { describedForms, type Forms, joinForms, nodeOf } from './forms.ts'
import { ANYTHING, formsOfTyped } from './forms-of-typed.ts'
import type { JsonObject } from './json-object.ts'
import type { Shape, Target, Union } from './shape.ts'
import type { WrittenDocument } from './write-document.ts'
import { EXACTLY_ONE, NEVER } from './write-json.ts'
import { noted, type Writing } from './writing.ts'

/** How far references are followed in one attempt. */
interface Limits {
  /** How often one definition may stand inside itself, itself counted. */
  readonly levels: number
  /** How many references may stand inside each other. */
  readonly depth: number
}

/** The widest first; a schema that grows past the room under one is tried with the next. */
const ATTEMPTS: readonly Limits[] = [
  { levels: 2, depth: 24 },
  { levels: 1, depth: 24 },
  { levels: 1, depth: 8 },
  { levels: 1, depth: 4 },
  { levels: 1, depth: 2 },
  { levels: 1, depth: 1 },
  { levels: 1, depth: 0 },
]

/** Nodes that references may add to the output. */
const ROOM = 2_000

/**
 * A shape as Google's own `Schema`, which has no references: what they lead to stands in their place, and
 * where that would not end, the model is asked for JSON as text. `root` is the source of the shape.
 * https://ai.google.dev/api/caching#Schema
 */
export function writeOpenapi(
  shape: Shape,
  root: object | undefined,
  createWriting: () => Writing,
): WrittenDocument {
  const deeper = createDeeperRestore((target) =>
    writeOpenapi(target.read(), identityOf(target), createWriting),
  )
  for (const limits of ATTEMPTS) {
    const writing = createWriting()
    const schema = attempt(shape, root, limits, { writing, deeper })
    if (schema !== undefined) return { written: schema, coercions: writing.coercions }
  }
  throw new Error('the last attempt follows no reference, so it always fits')
}

/** undefined: there was no room. */
function attempt(
  shape: Shape,
  root: object | undefined,
  limits: Limits,
  { writing, deeper }: { writing: Writing; deeper: DeeperRestore },
): JsonObject | undefined {
  const open: object[] = root === undefined ? [] : [root]
  const outermost = open.length
  let room = ROOM
  const whole = write(shape)
  return room < 0 ? undefined : whole

  function write(shape: Shape): JsonObject {
    return nodeOf(formsOf(shape), writing.coercions)
  }

  function formsOf(shape: Shape): Forms {
    writing.spend(shape.at)
    if (open.length > outermost) room--
    return describedForms(shape.about, formsOfCore(shape), writing.coercions)
  }

  function formsOfCore(shape: Shape): Forms {
    const { core } = shape
    switch (core.kind) {
      case 'any':
        return ANYTHING
      case 'never':
        return { forms: [], isNullable: true, says: noted(writing, shape, [NEVER]) }
      case 'reference':
        return formsOfReference(core.target)
      case 'union':
        return formsOfUnion(shape, core)
      case 'typed':
        return formsOfTyped(shape, core, write, writing)
    }
  }

  function formsOfUnion(shape: Shape, { members, exactlyOne }: Union): Forms {
    const sentences = exactlyOne && !areDisjoint(members) ? [EXACTLY_ONE] : []
    const joined = joinForms(members.map(formsOf))
    return { ...joined, says: [...joined.says, ...noted(writing, shape, sentences)] }
  }

  function formsOfReference(alias: Target): Forms {
    const target = finalTarget(alias)
    if (target === undefined) return ANYTHING
    const own = identityOf(target)
    const count = open.filter((other) => other === own).length
    if (count >= limits.levels || open.length - outermost >= limits.depth || room < 0) {
      return cutReference(target, count > 0, { writing, deeper })
    }
    open.push(own)
    const forms = formsOf(target.read())
    open.pop()
    return forms
  }
}

/** What stands for a target where targets are counted: the schema that it is, which may be the root. */
function identityOf(target: Target): object {
  const [only, another] = target.parts
  return only !== undefined && another === undefined ? only : target
}
