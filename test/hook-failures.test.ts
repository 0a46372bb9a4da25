import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentResponse } from '../core/canonical.ts'
import { GatewayError } from '../core/errors.ts'
import type { Call, CallResult, Hooks, OnFailure } from '../core/plugin.ts'
import { type HookPatience, USUAL_PATIENCE } from '../core/plugins/hook-patience.ts'
import { createHookRecord } from '../core/plugins/hook-record.ts'
import { createHookChain } from '../core/plugins/hooks.ts'
import { callOf } from './call-of-test.ts'
import { createKeptLog } from './kept-log.ts'

const call = callOf({ contents: [] }, { protocol: 'gemini', model: 'gemini-x' })
const reply: GenerateContentResponse = { candidates: [] }

function chainOf(onFailure: OnFailure, hooks: Hooks, patience = USUAL_PATIENCE) {
  const log = createKeptLog()
  const time = { now: 1_800_000_000_000 }
  const record = createHookRecord({ plugin: 'shaky', onFailure, log, now: () => time.now })
  return {
    ...createHookChain([{ name: 'shaky', hooks, onFailure, record, patience }], log),
    record,
    log,
    time,
  }
}

const failing: Hooks = {
  request() {
    throw new Error('no request today')
  },
  reply() {
    throw new Error('no reply today')
  },
  chunk() {
    throw new Error('no chunk today')
  },
  models() {
    throw new Error('no models today')
  },
}

describe('a plugin that fails open', () => {
  test('costs no call anything, and its failures are logged', async () => {
    const hooks = chainOf('open', failing)
    const { call: same, shapers } = await hooks.request(call, hooks.first(call))
    assert.equal(same, call)
    assert.equal(await shapers.reply(reply, call), reply)
    assert.deepEqual(shapers.chunk(reply, call), [reply])
    assert.deepEqual(await hooks.models([]), [])
    assert.equal(hooks.log.lines.length, 4)
    assert.equal(hooks.record.lastError()?.message, 'no models today')
  })

  test('is left aside for a minute after five failures in a row, so that calls pass raw, and is tried again then', async () => {
    let isWell = false
    const hooks = chainOf('open', {
      request(seen) {
        if (!isWell) throw new Error('not yet')
        return { ...seen, model: 'changed' }
      },
    })
    for (let turn = 0; turn < 5; turn++) {
      assert.equal(hooks.first(call), 0)
      await hooks.request(call, 0)
    }
    assert.equal(hooks.first(call), undefined)
    assert.ok(hooks.record.isFailing())
    assert.match(hooks.log.lines.at(-1)?.message ?? '', /keeps failing; calls go on without it/)
    isWell = true
    hooks.time.now += 60_000
    const done = await hooks.request(call, hooks.first(call))
    assert.equal(done.call.model, 'changed')
    assert.ok(!hooks.record.isFailing())
  })

  test('is failing however well its other hooks run', async () => {
    const hooks = chainOf('open', {
      models: (list) => list,
      request() {
        throw new Error('never')
      },
    })
    for (let turn = 0; turn < 5; turn++) {
      await hooks.request(call, 0)
      await hooks.models([])
    }
    assert.ok(hooks.record.isFailing())
  })

  test('does not apply where its filter fails', () => {
    const hooks = chainOf('open', {
      ...failing,
      when() {
        throw new Error('no answer')
      },
    })
    assert.equal(hooks.first(call), undefined)
  })

  test('may refuse a call all the same', async () => {
    const hooks = chainOf('open', {
      request() {
        throw new GatewayError('forbidden', 'Not you')
      },
    })
    await assert.rejects(async () => hooks.request(call, 0), /Not you/)
    assert.equal(hooks.record.lastError(), undefined)
  })
})

describe('a plugin that fails closed', () => {
  test('fails each call that it applies to, however often, and says once that it keeps failing', async () => {
    const hooks = chainOf('closed', failing)
    for (let turn = 0; turn < 8; turn++) {
      assert.equal(hooks.first(call), 0)
      await assert.rejects(async () => hooks.request(call, 0), /"shaky" failed in its request hook/)
    }
    assert.equal(hooks.log.lines.length, 1)
    assert.match(hooks.log.lines[0]?.message ?? '', /keeps failing, and so do the calls/)
  })
})

describe('a hook that never ends', () => {
  const never = () => new Promise<never>(() => {})
  const short: HookPatience = {
    ...{ authorize: 30, request: 30, reply: 30, finished: 30, models: 30, sockets: 30 },
    afterLeaving: 10,
  }
  const result: CallResult = {
    ...{ status: 200, error: undefined, attempts: 1, keyId: undefined, usage: undefined },
    ...{ firstTokenMilliseconds: undefined, durationMilliseconds: 1 },
  }

  test('costs nothing but the wait where it fails open', async () => {
    const hooks = chainOf('open', { request: never, reply: never, models: never, authorize: never }, short)
    const { call: same, shapers } = await hooks.request(call, 0)
    assert.equal(same, call)
    assert.equal(await shapers.reply(reply, call), reply)
    assert.deepEqual(await hooks.models([]), [])
    assert.equal(await hooks.authorize(new Request('http://a.example')), undefined)
    assert.match(hooks.record.lastError()?.message ?? '', /not done within 0\.03 seconds/)
  })

  test('fails the call by name where it fails closed', async () => {
    const hooks = chainOf('closed', { request: never }, short)
    await assert.rejects(hooks.request(call, 0), /"shaky" failed in its request hook/)
  })

  test('is not waited for by those who wait for all to have heard of the end', async () => {
    const hooks = chainOf('closed', { finished: never }, short)
    await hooks.finished(call, result)
    assert.match(hooks.log.lines[0]?.message ?? '', /failed after the call/)
  })

  test('ends a while after its client has left, and nobody is blamed', async () => {
    for (const leaves of [AbortSignal.abort(), AbortSignal.timeout(5)]) {
      const hooks = chainOf('open', { request: never }, { ...short, request: 60_000 })
      await assert.rejects(
        hooks.request({ ...call, signal: leaves }, 0),
        (thrown) => thrown instanceof GatewayError && thrown.kind === 'client_gone',
      )
      assert.equal(hooks.record.lastError(), undefined)
    }
  })

  test('is waited for long enough to fetch and upload what a call needs', async () => {
    assert.ok(USUAL_PATIENCE.request >= 600_000 && USUAL_PATIENCE.reply >= 600_000)
    const slow = async (seen: Call) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return { ...seen, model: 'fetched' }
    }
    const { call: changed } = await chainOf('closed', { request: slow }, short).request(call, 0)
    assert.equal(changed.model, 'fetched')
  })
})

describe('the time of hooks', () => {
  test('is counted for each hook, and a hook that holds everything up is told of once a minute', async () => {
    const busy = () => {
      const until = performance.now() + 60
      while (performance.now() < until);
      return undefined
    }
    const hooks = chainOf('closed', { chunk: busy, reply: () => undefined })
    const { shapers } = await hooks.request(call, 0)
    for (let turn = 0; turn < 2; turn++) shapers.chunk(reply, call)
    await shapers.reply(reply, call)
    const { chunk, reply: whole } = hooks.record.times()
    assert.equal(chunk?.count, 2)
    assert.ok(chunk.milliseconds >= 120 && chunk.longest >= 60)
    assert.equal(whole?.count, 1)
    assert.equal(hooks.log.lines.filter(({ message }) => message === 'A plugin is slow').length, 1)
  })

  test('of a filter is found by asking the clock now and then', () => {
    const hooks = chainOf('closed', { when: () => false, request: () => undefined })
    for (let turn = 0; turn < 5_000; turn++) hooks.first(call)
    const { count = 0 } = hooks.record.times().when ?? {}
    assert.ok(count > 20 && count < 300, `${count} of 5000`)
  })
})
