import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentResponse } from '../core/canonical.ts'
import { GatewayError, isGatewayError } from '../core/errors.ts'
import type { CallResult, Hooks } from '../core/plugin.ts'
import { createHookRecord } from '../core/plugins/hook-record.ts'
import { createHookChain } from '../core/plugins/hooks.ts'
import { callOf } from './call-of-test.ts'
import { createKeptLog } from './kept-log.ts'

const call = callOf({ contents: [] }, { protocol: 'gemini', model: 'gemini-x' })

function chain(...all: readonly Hooks[]) {
  const log = createKeptLog()
  const onFailure = 'closed'
  const plugins = all.map((hooks, index) => {
    const name = `plugin-${index + 1}`
    const record = createHookRecord({ plugin: name, onFailure, log, now: Date.now })
    return { name, hooks, onFailure, record } as const
  })
  return { ...createHookChain(plugins, log), log }
}

const reply: GenerateContentResponse = { candidates: [] }
const mark = (name: string) => (value: GenerateContentResponse) => ({
  ...value,
  marks: `${value.marks ?? ''}${name}`,
})

describe('the hook chain', () => {
  test('lets bytes pass where no plugin shapes calls, whatever else plugins do', () => {
    assert.equal(chain().first(call), undefined)
    assert.equal(chain({ finished() {}, models: () => undefined, routes() {} }).first(call), undefined)
    assert.equal(chain({ when: () => false, reply: mark('a') }).first(call), undefined)
    assert.equal(chain({ when: () => false, reply: mark('a') }, { chunk: mark('b') }).first(call), 1)
  })

  test('runs request hooks in order, and asks each filter after the hooks before it', async () => {
    const asked: string[] = []
    const hooks = chain(
      { request: (seen) => ({ ...seen, model: 'renamed' }) },
      { when: (head) => asked.push(head.model) > 0, request: () => undefined },
      { when: (head) => head.model === 'gemini-x', request: () => assert.fail('filtered out') },
    )
    const done = await hooks.request(call, hooks.first(call))
    assert.equal(done.call.model, 'renamed')
    assert.deepEqual(asked, ['renamed'])
  })

  test('asks each filter once a call', async () => {
    let asked = 0
    const hooks = chain({ when: () => ++asked > 0, request: () => undefined })
    await hooks.request(call, hooks.first(call))
    assert.equal(asked, 1)
  })

  test('runs reply hooks in order; one that returns nothing changes nothing', async () => {
    const hooks = chain(
      { reply: mark('a') },
      { reply: () => undefined },
      { reply: async (value) => mark('b')(value) },
    )
    const { shapers } = await hooks.request(call, 0)
    assert.equal((await shapers.reply(reply, call)).marks, 'ab')
  })

  test('lets a chunk hook make several chunks, one, or none', async () => {
    const hooks = chain({ chunk: (value) => [value, value] }, { chunk: mark('b') })
    const { shapers } = await hooks.request(call, 0)
    assert.deepEqual(
      shapers.chunk(reply, call).map(({ marks }) => marks),
      ['b', 'b'],
    )
    const none = await chain({ chunk: () => [] }, { chunk: () => assert.fail('nothing is left') }).request(
      call,
      0,
    )
    assert.deepEqual(none.shapers.chunk(reply, call), [])
  })

  test('wraps streams in order', async () => {
    const wrap = (name: string): Hooks['stream'] =>
      async function* (chunks) {
        for await (const chunk of chunks) yield mark(name)(chunk)
      }
    const { shapers } = await chain({ stream: wrap('a') }, { stream: wrap('b') }).request(call, 0)
    const seen: unknown[] = []
    for await (const chunk of shapers.stream!(one(), call)) seen.push(chunk.marks)
    assert.deepEqual(seen, ['ab'])
    assert.equal((await chain({ chunk: mark('a') }).request(call, 0)).shapers.stream, undefined)
  })

  test('blames the plugin that throws, and never shows its words', async () => {
    const throwing = () => {
      throw new Error('a secret of the inside')
    }
    const hooks = chain({ request: throwing }, { reply: throwing, chunk: throwing })
    for (const run of [
      () => hooks.request(call, 0),
      async () => (await hooks.request(call, 1)).shapers.reply(reply, call),
      async () => (await hooks.request(call, 1)).shapers.chunk(reply, call),
    ]) {
      await assert.rejects(run, (thrown) => {
        assert.ok(isGatewayError(thrown) && thrown.kind === 'internal')
        assert.match(thrown.message, /"plugin-\d" failed in its (request|reply|chunk) hook/)
        assert.doesNotMatch(thrown.message, /secret/)
        return true
      })
    }
  })

  test('lets a plugin refuse a call in its own words', async () => {
    const refusal = new GatewayError('forbidden', 'Not this model')
    const refusing = () => {
      throw refusal
    }
    await assert.rejects(chain({ request: refusing }).request(call, 0), (thrown) => thrown === refusal)
  })

  test('logs what a finished hook throws, and runs the others', async () => {
    const seen: string[] = []
    const hooks = chain(
      {
        finished() {
          throw new Error('too late')
        },
      },
      { finished: ({ id }) => void seen.push(id) },
    )
    hooks.finished(call, {} as CallResult)
    assert.deepEqual(seen, [], 'the answer goes first')
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(seen, ['req_1'])
    assert.equal(hooks.log.lines.length, 1)
  })

  test('takes the client from the first plugin that names one', async () => {
    const hooks = chain({ authorize: () => undefined }, { authorize: async () => ({ name: 'second' }) })
    assert.deepEqual(await hooks.authorize(new Request('http://localhost')), { name: 'second' })
    assert.equal(chain({}).authorizes, false)
  })

  test('passes the model list through every plugin', async () => {
    const hooks = chain(
      { models: (list) => [...list, { name: 'models/added' }] },
      { models: () => undefined },
    )
    assert.deepEqual(await hooks.models([{ name: 'models/a' }]), [
      { name: 'models/a' },
      { name: 'models/added' },
    ])
  })
})

async function* one() {
  yield reply
}

describe('what plugins say of models and errors', () => {
  const list = [{ name: 'models/a', displayName: 'A' }, { name: 'models/b' }]

  test('lists models under the suffixes that fit them, behind all others, and each name once', async () => {
    const hooks = chain(
      { suffixes: { '-x': ({ name }) => name !== 'models/b' } },
      { suffixes: { '-long': () => true }, models: (models) => [...models, { name: 'models/a-x' }] },
    )
    assert.deepEqual(await hooks.models(list), [
      ...list,
      { name: 'models/a-x' },
      { name: 'models/a-long', displayName: 'A (long)' },
      { name: 'models/b-long' },
      { name: 'models/a-x-x' },
      { name: 'models/a-x-long' },
    ])
    assert.deepEqual(hooks.suffixes, ['-long', '-x'])
  })

  test('lists a name under the suffixes that fit the model it stands for', async () => {
    const hooks = chain(
      { suffixes: { '-x': ({ name }) => name === 'models/b' } },
      { modelOf: (name) => ({ a: 'b-x' })[name] },
    )
    const names = (await hooks.models(list)).map(({ name }) => name)
    assert.deepEqual(names, ['models/a', 'models/b', 'models/a-x', 'models/b-x'])
  })

  test('blames who fails at the question which models a suffix fits', async () => {
    const hooks = chain({
      suffixes: {
        '-x'() {
          throw new Error('secret')
        },
      },
    })
    await assert.rejects(hooks.models(list), /"plugin-1" failed in its suffixes hook/)
  })

  test('asks for the model of a name until one knows it, and blames who fails', () => {
    const hooks = chain(
      { modelOf: () => undefined },
      { modelOf: (name) => (name === 'smart' ? 'a' : undefined) },
      { modelOf: () => 'b' },
    )
    assert.deepEqual([hooks.modelOf('smart'), hooks.modelOf('other')], ['a', 'b'])
    const failing = chain({
      modelOf() {
        throw new Error('secret')
      },
    })
    assert.throws(() => failing.modelOf('a'), /"plugin-1" failed in its modelOf hook/)
  })

  test('puts one error in the place of another, and passes over who fails at that', () => {
    const error = new GatewayError('not_found', 'gone')
    const hooks = chain(
      { error: () => undefined },
      {
        error() {
          throw new Error('secret')
        },
      },
      { error: (before) => new GatewayError(before.kind, `${before.message}!`) },
    )
    assert.equal(hooks.error(error, call).message, 'gone!')
    assert.match(JSON.stringify(hooks.log), /failed in its error hook/)
  })
})
