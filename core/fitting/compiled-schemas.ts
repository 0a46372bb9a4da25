import { hash } from 'node:crypto'
import { createRecentMap } from '../recent-map.ts'
import { type CompiledSchema, type CompileOptions, compileSchema } from '../schema-compiler/compile-schema.ts'

/** Agents send the same hundred tools with every request of a conversation. */
const MOST_KEPT = 2_000
/** Of a schema as JSON; longer ones are compiled each time. */
const LONGEST_KEPT = 64 * 1024

const kept = createRecentMap<CompiledSchema>(MOST_KEPT)

/** `compileSchema`, remembering what the last schemas came to. */
export function compiledSchema(schema: unknown, options: CompileOptions): CompiledSchema {
  const json = JSON.stringify(schema) ?? ''
  if (json.length > LONGEST_KEPT) return compileSchema(schema, options)
  const { dialect, role, at = '' } = options
  const name = hash('sha256', `${dialect} ${role} ${at}\n${json}`, 'base64')
  const known = kept.get(name)
  if (known) return known
  const compiled = compileSchema(schema, options)
  kept.set(name, compiled)
  return compiled
}
