import { hash } from 'node:crypto'
import { createRecentMap } from '../recent-map.ts'
import { type CompiledSchema, type CompileOptions, compileSchema } from '../schema-compiler/compile-schema.ts'

/** Agents send the same hundred tools with every request of a conversation. */
const MOST_KEPT = 2_000
/** Of a schema as JSON; longer ones are compiled each time. */
const LONGEST_KEPT = 64 * 1024
/** Of all together as JSON, as they came and as they are written; objects in memory take ten times as much. */
const ROOM = 8 * 1024 * 1024

let kept = createRecentMap<CompiledSchema>(MOST_KEPT)
let taken = 0

/** `compileSchema`, remembering what the last schemas came to. */
export function compiledSchema(schema: unknown, options: CompileOptions): CompiledSchema {
  const json = JSON.stringify(schema) ?? ''
  if (json.length > LONGEST_KEPT) return compileSchema(schema, options)
  const { dialect, role, at = '' } = options
  const name = hash('sha256', `${dialect} ${role} ${at}\n${json}`, 'base64')
  const known = kept.get(name)
  if (known) return known
  const compiled = compileSchema(schema, options)
  keep(name, compiled, json.length + (JSON.stringify(compiled.schema)?.length ?? 0))
  return compiled
}

/** Where there is no room left it begins anew: what is still in use comes back with the next request. */
function keep(name: string, compiled: CompiledSchema, size: number): void {
  if (taken + size > ROOM) {
    kept = createRecentMap(MOST_KEPT)
    taken = 0
  }
  if (size > ROOM) return
  taken += size
  kept.set(name, compiled)
}
