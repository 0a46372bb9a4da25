import { isGatewayError } from '../core/errors.ts'
import { compileSchema } from '../core/schema-compiler/compile-schema.ts'
import { frozen } from './frozen.ts'

/** The folder of the golden files. */
export const GOLDENS = new URL('./fixtures/schema-compiler/', import.meta.url)

/** A schema, and what it becomes in both dialects. */
export interface GoldenCase {
  readonly title: string
  readonly role: 'parameters' | 'response'
  readonly schema: unknown
  readonly json?: unknown
  readonly openapi?: unknown
}

/** The case with what the compiler makes of its schema now. */
export function compiledCase({ title, role, schema }: GoldenCase): GoldenCase {
  return { title, role, schema, json: outcome('json'), openapi: outcome('openapi') }

  function outcome(dialect: 'json' | 'openapi'): unknown {
    try {
      const compiled = compileSchema(frozen(schema), { dialect, role })
      return { schema: compiled.schema ?? null, notes: compiled.notes, restores: compiled.restores }
    } catch (error) {
      if (!isGatewayError(error)) throw error
      return { error: error.message, param: error.param ?? null }
    }
  }
}
