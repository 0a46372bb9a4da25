import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type GatewayError, isGatewayError } from '../core/errors.ts'
import { compileSchema } from '../core/schema-compiler/compile-schema.ts'
import { jsonProblems, openapiProblems } from './schema-grammar.ts'

/** Small schemas that mean something huge, and huge ones that mean little. */
const BOMBS: Readonly<Record<string, unknown>> = {
  'each definition twice in the one before': withDefinitions(60, (at) =>
    object({ a: ref(at + 1), b: ref(at + 1) }),
  ),
  'each definition ten times in the one before': withDefinitions(30, (at) =>
    object(Object.fromEntries(range(10).map((index) => [`k${index}`, ref(at + 1)]))),
  ),
  'forty definitions that all hold each other': withDefinitions(40, () =>
    object(Object.fromEntries(range(40).map((index) => [`k${index}`, ref(index)]))),
  ),
  'allOf of the same definition twice': withDefinitions(60, (at) => ({ allOf: [ref(at + 1), ref(at + 1)] })),
  'allOf of two definitions that meet again': withDefinitions(60, (at) => ({
    allOf: [ref(at + 1), ref(Math.min(at + 2, 60))],
  })),
  'a product of unions': object({
    a: {
      allOf: range(12).map((at) => ({ anyOf: range(6).map((index) => object({ [`p${at}_${index}`]: {} })) })),
    },
  }),
  'unions that meet at every level': object({
    a: { allOf: [nested(6, sixForms), nested(6, sixForms)] },
  }),
  'unions with properties beside them': nested(40, (inner) => ({
    ...object({ a: inner }),
    anyOf: [{ title: 'a' }, { title: 'b' }],
  })),
  'five thousand levels': nested(5_000, (inner) => ({ type: 'array', items: inner })),
  'forms within forms': nested(12, (inner) => ({ anyOf: [inner, inner, { type: 'array', items: inner }] })),
  'ten thousand properties': object(
    Object.fromEntries(range(10_000).map((index) => [`p${index}`, { type: 'string' }])),
  ),
  'a union of two hundred thousand forms': object({
    a: { anyOf: range(200_000).map(() => ({ type: 'string' })) },
  }),
  'a list of many values': object({ a: { allOf: range(20).map(() => ({ enum: range(2_000) })) } }),
  'five thousand aliases': withDefinitions(5_000, (at) => ref(at + 1)),
  'recursion that meets itself': withDefinitions(4, (at) => ({
    allOf: [object({ l: ref((at + 1) % 4) }), object({ l: ref((at + 2) % 4), r: ref(at) })],
  })),
}

const MOST_CHARACTERS = 1_000_000
const LONGEST_MILLISECONDS = 15_000

for (const dialect of ['json', 'openapi'] as const) {
  describe(`Compiled to ${dialect},`, () => {
    for (const [name, schema] of Object.entries(BOMBS)) {
      test(`${name}: a bounded schema or a refusal comes, soon`, { timeout: LONGEST_MILLISECONDS }, () => {
        const compiled = compileOrRefuse(schema, dialect)
        if (compiled === undefined) return
        assert.ok(JSON.stringify(compiled).length < MOST_CHARACTERS)
        assert.deepEqual((dialect === 'json' ? jsonProblems : openapiProblems)(compiled), [])
        assert.deepEqual(compileSchema(compiled, { dialect, role: 'parameters' }).schema, compiled)
      })
    }
  })
}

test('a value that fits many forms is restored without trying every way through', () => {
  const forms = [
    { enum: [{ k: 1 }] },
    object({ a: ref(0) }),
    object({ b: ref(0) }),
    object({ a: ref(0), b: ref(0) }),
  ]
  const schema = { ...object({ a: ref(0) }), $defs: { D0: { anyOf: forms } } }
  const { restore } = compileSchema(schema, { dialect: 'json', role: 'parameters' })
  const restored = restore(nested(400, (inner) => ({ a: inner, b: inner }), '{"k":1}'))
  let [deepest, levels] = [restored, 0]
  for (; isObject(deepest) && isObject(deepest.a); levels++) deepest = deepest.a
  assert.deepEqual([deepest, levels], [{ k: 1 }, 400])
})

test('what is wrong far inside is told in few words, by how its place begins and ends', () => {
  const deep = nested(450, (inner) => object({ [`a${'b'.repeat(60)}`]: inner }), {
    $ref: `#/$defs/${'x'.repeat(5_000)}`,
  })
  for (const schema of [deep, nested(5_000, (inner) => object({ a: inner }))]) {
    assert.throws(
      () =>
        compileSchema(schema, { dialect: 'json', role: 'parameters', at: 'tools[3].function.parameters' }),
      ({ message, param }: GatewayError) => {
        assert.ok(message.length < 1_000 && (param?.length ?? 0) < 500, message)
        return message.startsWith('tools[3].function.parameters')
      },
    )
  }
})

test('notes are few words too', () => {
  const long = nested(100, (inner) => object({ [`a${'b'.repeat(60)}`]: inner }), {
    type: 'string',
    pattern: 'x'.repeat(9_000),
  })
  const { notes } = compileSchema(long, { dialect: 'json', role: 'parameters' })
  assert.ok(notes.length > 0 && notes.every((note) => note.length < 1_000))
})

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function sixForms(inner: unknown) {
  return { anyOf: range(6).map((index) => object({ a: inner, [`p${index}`]: {} })) }
}

function compileOrRefuse(schema: unknown, dialect: 'json' | 'openapi') {
  try {
    return compileSchema(schema, { dialect, role: 'parameters' }).schema
  } catch (error) {
    assert.ok(isGatewayError(error) && error.kind === 'invalid_request', String(error))
    assert.ok(error.message.length < 1_000 && (error.param?.length ?? 0) < 500)
    return undefined
  }
}

function withDefinitions(count: number, define: (at: number) => unknown) {
  const definitions = range(count).map((at) => [`D${at}`, define(at)])
  return {
    ...object({ a: ref(0) }),
    $defs: Object.fromEntries([...definitions, [`D${count}`, { type: 'object' }]]),
  }
}

function ref(at: number) {
  return { $ref: `#/$defs/D${at}` }
}

function object(properties: Record<string, unknown>) {
  return { type: 'object', properties }
}

function nested(
  levels: number,
  around: (inner: unknown) => unknown,
  innermost: unknown = { type: 'string' },
) {
  return range(levels).reduce<unknown>((inner) => around(inner), innermost)
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
