import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, test } from 'node:test'
import { isGatewayError } from '../core/errors.ts'
import { compileSchema } from '../core/schema-compiler/compile-schema.ts'
import { compiledCase, GOLDENS, type GoldenCase } from './schema-goldens.ts'
import { jsonProblems, OPENAPI_KEYWORDS, openapiProblems } from './schema-grammar.ts'

const files = readdirSync(GOLDENS).map((name) => [name, read(name)] as const)

for (const [name, cases] of files) {
  describe(`The schema compiler, on ${name.replace('.json', '').replaceAll('-', ' ')},`, () => {
    for (const one of cases) {
      test(`makes of ${one.title} what it made before`, () => {
        assert.deepEqual(compiledCase(one), one)
      })

      test(`makes of ${one.title} what Gemini takes`, () => {
        assert.deepEqual(problems(one.json, jsonProblems), [])
        assert.deepEqual(problems(one.openapi, openapiProblems), [])
      })
    }
  })
}

test('the golden files hold the parameters of at least thirty tools', () => {
  const tools = files.filter(([name]) => name.startsWith('tools-')).flatMap(([, cases]) => cases)
  assert.ok(tools.length >= 30, `${tools.length} tools`)
})

test("every keyword of the second dialect is in Google's discovery document", { skip: skipReason() }, () => {
  const path = join(process.env.GEMINATE_GOOGLE_DATA ?? '', 'discovery-v1beta.json')
  const { Schema } = JSON.parse(readFileSync(path, 'utf8')).schemas
  assert.deepEqual(
    OPENAPI_KEYWORDS.filter((keyword) => !(keyword in Schema.properties)),
    [],
  )
})

describe('A compiled schema', () => {
  const options = { dialect: 'openapi', role: 'parameters' } as const
  const compile = (properties: object) => compileSchema({ type: 'object', properties }, options)

  test('takes numbers and other values back from the texts that stand for them', () => {
    const { restore, restores } = compile({ level: { enum: [1, 2] }, pick: { enum: ['a', '', { k: 1 }] } })
    assert.equal(restores, true)
    assert.deepEqual(restore({ level: '2', pick: '(empty)' }), { level: 2, pick: '' })
    assert.deepEqual(restore({ level: 2, pick: '{"k":1}' }), { level: 2, pick: { k: 1 } })
  })

  test('leaves what does not fit as it is', () => {
    const { restore } = compile({ level: { enum: [1, 2] }, meta: { type: 'object' } })
    for (const value of [{ level: '7', meta: 'no JSON' }, { level: null, meta: '[1' }, 'text', null, [{}]]) {
      assert.deepEqual(restore(value), value)
    }
  })

  test('reads an object of any form from its JSON', () => {
    const { restore } = compile({ meta: { type: 'object' }, any: {} })
    assert.deepEqual(restore({ meta: '{"a":[1]}', any: '[true]' }), { meta: { a: [1] }, any: [true] })
    assert.deepEqual(restore({ meta: { a: 1 }, any: 'plain' }), { meta: { a: 1 }, any: 'plain' })
  })

  test('unwraps what had to be wrapped, and what the model forgot to wrap', () => {
    const { restore } = compileSchema({ type: 'array', items: { enum: [1, 2] } }, options)
    assert.deepEqual(restore({ value: ['1', '2'] }), [1, 2])
    assert.deepEqual(restore(['1']), ['1'])
  })

  test('restores inside the JSON that stands for recursion', () => {
    const Node = {
      type: 'object',
      properties: { n: { enum: [1, 2] }, next: { $ref: '#/$defs/Node' } },
    }
    const schema = { type: 'object', properties: { head: { $ref: '#/$defs/Node' } }, $defs: { Node } }
    const { restore } = compileSchema(schema, options)
    const deepest = { n: '2', next: { n: '1' } }
    const given = {
      head: {
        n: '1',
        next: { n: '2', next: JSON.stringify({ n: '1', next: { n: '2', next: JSON.stringify(deepest) } }) },
      },
    }
    const next = { n: 1, next: { n: 2, next: { n: 2, next: { n: 1 } } } }
    assert.deepEqual(restore(given), { head: { n: 1, next: { n: 2, next } } })
  })

  test('takes the form that has something to restore where several fit', () => {
    const objects = { type: 'array', items: { type: 'object' } }
    const { restore } = compile({ v: { anyOf: [{ type: 'array', items: { type: 'string' } }, objects] } })
    assert.deepEqual(restore({ v: ['{"a":1}', '{}'] }), { v: [{ a: 1 }, {}] })
    assert.deepEqual(restore({ v: ['plain'] }), { v: ['plain'] })
  })

  test('says when there is nothing to restore', () => {
    const plain = compile({ a: { type: 'string' }, b: { enum: ['x'] } })
    const value = { a: '{"x":1}', b: 'x' }
    assert.equal(plain.restores, false)
    assert.equal(plain.restore(value), value)
  })

  test('gives names of the prototype back as own properties', () => {
    const { restore } = compileSchema(JSON.parse('{"properties":{"__proto__":{"enum":[1,2]}}}'), options)
    const restored = restore(JSON.parse('{"__proto__":"2"}')) as object
    assert.deepEqual(Object.entries(restored), [['__proto__', 2]])
  })

  test('is nothing where the client gave nothing', () => {
    for (const schema of [undefined, null, {}, true, { type: 'object' }]) {
      assert.equal(compileSchema(schema, options).schema, undefined)
    }
  })

  test('names the place in the request in its notes and errors', () => {
    const at = 'tools[0].function.parameters'
    const { notes } = compileSchema({ properties: { a: { multipleOf: 2 } } }, { ...options, at })
    assert.deepEqual(notes, [`${at}.properties.a: A multiple of 2.`])
    assert.throws(
      () => compileSchema({ properties: { a: { $ref: 'other.json' } } }, { ...options, at }),
      (error) =>
        isGatewayError(error) &&
        error.kind === 'invalid_request' &&
        error.param === `${at}.properties.a.$ref`,
    )
  })
})

function read(name: string): GoldenCase[] {
  return JSON.parse(readFileSync(new URL(name, GOLDENS), 'utf8'))
}

function problems(outcome: unknown, find: (schema: unknown) => string[]): string[] {
  const { schema } = outcome as { schema?: unknown }
  return schema === undefined || schema === null ? [] : find(schema)
}

function skipReason(): string | false {
  const folder = process.env.GEMINATE_GOOGLE_DATA
  const isThere = folder !== undefined && existsSync(join(folder, 'discovery-v1beta.json'))
  return isThere ? false : 'GEMINATE_GOOGLE_DATA names no folder with discovery-v1beta.json'
}
