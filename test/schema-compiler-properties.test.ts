import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CompileOptions, compileSchema } from '../core/schema-compiler/compile-schema.ts'
import { encodeForSchema } from './encode-for-schema.ts'
import { frozen } from './frozen.ts'
import { namesOfSchema } from './names-of-schema.ts'
import { randomSchema } from './random-schema.ts'
import { jsonProblems, openapiProblems } from './schema-grammar.ts'
import { seededRandom } from './seeded-random.ts'

const RUNS = 500
const PROBLEMS = { json: jsonProblems, openapi: openapiProblems }

for (const dialect of ['json', 'openapi'] as const) {
  for (const role of ['parameters', 'response'] as const) {
    describe(`Whatever the schema, ${role} compiled to ${dialect}`, () => {
      test('are within what Gemini takes', () => {
        forEachSchema({ dialect, role }, ({ compiled }) => {
          assert.deepEqual(compiled === undefined ? [] : PROBLEMS[dialect](compiled.schema), [])
        })
      })

      test('lose no property', () => {
        forEachSchema({ dialect, role }, ({ compiled, made }) => {
          const text = JSON.stringify([compiled?.schema, compiled?.notes])
          const lost = [...namesOfSchema(made.schema)].filter(
            (name) => compiled && !text.includes(asWritten(name)),
          )
          assert.deepEqual(lost, [])
        })
      })

      test('stay the same when compiled again', () => {
        forEachSchema({ dialect, role }, ({ compiled }) => {
          const again = compileSchema(compiled?.schema, { dialect, role })
          assert.equal(JSON.stringify(again.schema), JSON.stringify(compiled?.schema))
        })
      })

      test('take values back to what they were', () => {
        let encodedValues = 0
        let values = 0
        forEachSchema({ dialect, role }, ({ compiled, made }) => {
          const value = made.sample()
          if (value === undefined) return
          const given = compiled && giveBack(value, compiled.schema)
          values++
          if (given === undefined || compiled === undefined) return
          encodedValues++
          assert.deepEqual(compiled.restore(frozen(given)), value)
          if (!compiled.restores) assert.deepEqual(given, value)
        })
        assert.ok(encodedValues > values / 2, `only ${encodedValues} of ${values} values had a place`)
      })
    })
  }
}

/** A name as it stands in JSON that stands in JSON, or else in JSON. */
function asWritten(name: string): string {
  return JSON.stringify(name).slice(1, -1)
}

/** What a model would give for a value, in a wrapper where there is one. */
function giveBack(value: unknown, schema: Readonly<Record<string, unknown>>): unknown {
  const direct = encodeForSchema(value, schema)
  const isWrapper = Object.keys(schema.properties ?? {}).join() === 'value'
  return direct === undefined && isWrapper ? encodeForSchema({ value }, schema) : direct
}

type Compiled = ReturnType<typeof compileSchema> & { readonly schema: Readonly<Record<string, unknown>> }
interface Case {
  readonly made: ReturnType<typeof randomSchema>
  /** undefined: there is nothing to send. */
  readonly compiled: Compiled | undefined
}

function forEachSchema(options: CompileOptions, check: (one: Case) => void) {
  for (let seed = 1; seed <= RUNS; seed++) {
    const made = randomSchema(seededRandom(seed))
    try {
      const compiled = compileSchema(frozen(made.schema), options)
      check({ made, compiled: compiled.schema === undefined ? undefined : (compiled as Compiled) })
    } catch (error) {
      throw new Error(`seed ${seed}: ${JSON.stringify(made.schema)}`, { cause: error })
    }
  }
}
