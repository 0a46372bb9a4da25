import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentResponse, Model } from '../core/canonical.ts'
import { GatewayError } from '../core/errors.ts'
import type { Chunks, Hooks } from '../core/plugin.ts'
import { createHookRecord } from '../core/plugins/hook-record.ts'
import { createHookChain, type HookChain } from '../core/plugins/hooks.ts'
import { callOf } from './call-of-test.ts'
import { createKeptLog } from './kept-log.ts'

const call = callOf({ contents: [] }, { protocol: 'gemini', model: 'gemini-x' })
const request = new Request('http://127.0.0.1/')
const models: readonly Model[] = [{ name: 'models/a' }]

/** A plugin in plain JavaScript, whose one hook hands `value` on. */
function chainOf(hook: keyof Hooks, value: unknown, onFailure: 'open' | 'closed' = 'closed') {
  const log = createKeptLog()
  const record = createHookRecord({ plugin: 'plain', onFailure, log, now: Date.now })
  const hooks = { [hook]: () => value } as Hooks
  return { ...createHookChain([{ name: 'plain', hooks, onFailure, record }], log), record }
}

function chainOfFilter(answer: unknown) {
  const log = createKeptLog()
  const record = createHookRecord({ plugin: 'plain', onFailure: 'closed', log, now: Date.now })
  const hooks = { when: () => answer, reply: () => undefined } as Hooks
  return createHookChain([{ name: 'plain', hooks, onFailure: 'closed', record }], log)
}

const first = async (chunks: Chunks) => (await Array.fromAsync(chunks))[0]
async function* google(): AsyncGenerator<GenerateContentResponse> {
  yield { candidates: [] }
}

type Run = (hooks: HookChain) => unknown

const RUNS: Readonly<Record<string, Run>> = {
  authorize: (hooks) => hooks.authorize(request),
  request: async (hooks) => (await hooks.request(call, 0)).call,
  reply: async (hooks) => (await hooks.request(call, 0)).shapers.reply({}, call),
  chunk: async (hooks) => (await hooks.request(call, 0)).shapers.chunk({}, call),
  stream: async (hooks) => first((await hooks.request(call, 0)).shapers.stream!(google(), call)),
  models: (hooks) => hooks.models(models),
  modelOf: async (hooks) => hooks.modelOf('a'),
}

const { notes: _, ...withoutNotes } = call
const odd: readonly (readonly [hook: string, value: unknown])[] = [
  ['authorize', true],
  ['authorize', 'me'],
  ['authorize', { name: 5 }],
  ['request', {}],
  ['request', { request: call.request }],
  ['request', { ...call, request: null }],
  ['request', withoutNotes],
  ['reply', []],
  ['reply', 'text'],
  ['chunk', ['text']],
  ['chunk', [null]],
  ['chunk', [Promise.resolve({})]],
  ['stream', ['text']],
  ['stream', [undefined]],
  ['models', 'a'],
  ['models', [null]],
  ['models', [{}]],
  ['modelOf', 5],
  ['modelOf', ''],
  ['modelOf', Promise.resolve('a')],
]

describe('what a hook of a plugin in plain JavaScript hands on', () => {
  for (const [hook, value] of odd) {
    const title = value instanceof Promise ? 'a promise' : (JSON.stringify(value) ?? 'nothing')
    test(`is that plugin's fault where its ${hook} makes ${title}`, async () => {
      const closed = chainOf(hook as keyof Hooks, value)
      await assert.rejects(async () => RUNS[hook]!(closed), /"plain" failed in its \w+ hook/)
      assert.equal(closed.record.lastError()?.hook, hook)
    })
  }

  test('changes nothing where it is none and the plugin fails open', async () => {
    for (const [hook, value] of odd.filter(([name]) => name !== 'stream'))
      await RUNS[hook]!(chainOf(hook as keyof Hooks, value, 'open'))
  })

  test('never stands in the place of an error that it is none of', () => {
    const error = new GatewayError('not_found', 'gone')
    for (const value of ['boo', {}, new Error('plain'), Promise.resolve(error)])
      assert.equal(chainOf('error', value).error(error, call), error)
  })

  test('is no answer of a filter where it is a promise, even of false, or what a search found', () => {
    for (const found of [Promise.resolve(false), 'gemini-x'.match(/x/), null])
      assert.throws(() => chainOfFilter(found).first(call), /"plain" failed in its when hook/)
    for (const answer of [true, undefined]) assert.equal(chainOfFilter(answer).first(call), 0)
    assert.equal(chainOfFilter(false).first(call), undefined)
  })

  test('is nobody where a plugin does not know the client', async () => {
    for (const value of [undefined, null, false])
      assert.equal(await chainOf('authorize', value).authorize(request), undefined)
  })

  test('is told of whatever was thrown', () => {
    const { record } = chainOf('when', true)
    record.failed('when', Object.assign(Object.create(null), { code: 5 }))
    assert.match(record.lastError()?.message ?? '', /code: 5/)
  })
})
