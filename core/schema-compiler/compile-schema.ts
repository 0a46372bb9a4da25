import { isSilent } from './about.ts'
import { brief } from './brief.ts'
import { readDocument } from './read-document.ts'
import { resolve } from './resolve.ts'
import { createRestore } from './restore.ts'
import { isWrapper, toAnswer, toParameters, unwrapped } from './roots.ts'
import { schemaError } from './schema-error.ts'
import { writeDocument } from './write-document.ts'
import type { Dialect } from './written.ts'

export interface CompileOptions {
  /**
   * `json` for `parametersJsonSchema` and `responseJsonSchema`; `openapi`, the stricter one, for `parameters`
   * and `responseSchema`, which every model takes.
   */
  readonly dialect: Dialect
  /** Parameters of a function are always an object; an answer may be anything. */
  readonly role: 'parameters' | 'response'
  /** Where the schema stands in the client's request, for errors and notes: `tools[0].function.parameters`. */
  readonly at?: string
}

export interface CompiledSchema {
  /** undefined: a function without parameters, or an answer of any form. */
  readonly schema: Readonly<Record<string, unknown>> | undefined
  /** What Gemini will not enforce, each with its path; it stands in a description instead. */
  readonly notes: readonly string[]
  /** False: `restore` gives back what it is given, so an answer's text can pass as it comes. */
  readonly restores: boolean
  /** What the model made for `schema`, as the client's schema means it: unwrapped, and of the right types. */
  restore(value: unknown): unknown
}

/**
 * A JSON Schema of any dialect as one of the two that Gemini takes. What Gemini does not know is said in
 * descriptions; no property is lost. Compiling the result again gives the same. Throws `invalid_request`,
 * with the path as `param`, for what is no schema, refers to nothing it holds, or is beyond all measure.
 */
export function compileSchema(schema: unknown, options: CompileOptions): CompiledSchema {
  const { dialect, role, at = '' } = options
  const notes = new Set<string>()
  const note = (place: string, text: string) =>
    notes.add(`${place === '' ? 'the schema' : brief(place)}: ${brief(text)}`)
  if (schema === undefined || schema === null) return without(notes)
  const shape = resolve(readDocument(schema, at, note))
  if (shape.core.kind === 'never') throw schemaError(at, 'allows no value at all')
  const main = role === 'parameters' ? toParameters(shape, dialect) : toAnswer(shape, dialect)
  if (main === undefined) {
    if (!isSilent(shape.about)) note(at, 'its title and description are left out')
    return without(notes)
  }
  const root = main.core === shape.core ? (schema as object) : undefined
  const { written, coercions } = writeDocument(main, root, { dialect, note })
  const restore = createRestore(written, coercions)
  const isWrapped = role === 'parameters' && isWrapper(main, shape)
  return {
    schema: written,
    notes: [...notes],
    restores: isWrapped || coercions.size > 0,
    restore: (value) => (isWrapped ? unwrapped(restore(value)) : restore(value)),
  }
}

function without(notes: ReadonlySet<string>): CompiledSchema {
  return { schema: undefined, notes: [...notes], restores: false, restore: (value) => value }
}
