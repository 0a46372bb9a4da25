import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Behaviour } from '../../adapters/simulated-google/index.ts'
import { connect, defaultDriver } from '../../adapters/storage/sqlite-driver.ts'
import {
  ask,
  type Form,
  fakeKeys,
  GOOD_ANSWER,
  openScene,
  pathOf,
  QUESTION,
  type Scene,
  until,
} from './scene.ts'

/** When the client leaves. */
type Moment = 'before the headers' | 'after the headers' | 'after the first bytes'

interface HangUp {
  readonly form: Form
  readonly google: Behaviour
  readonly moment: Moment
}

const LONG = 60_000
const SILENT: Behaviour = { kind: 'think', milliseconds: LONG }
const TALKING: Behaviour = { kind: 'slow', chunkMilliseconds: LONG }

const HANG_UPS: readonly HangUp[] = [
  { form: 'whole', google: SILENT, moment: 'before the headers' },
  { form: 'whole', google: { kind: 'hang' }, moment: 'before the headers' },
  { form: 'whole', google: { kind: 'hangAfterHeaders' }, moment: 'before the headers' },
  { form: 'countTokens', google: { kind: 'hang' }, moment: 'before the headers' },
  { form: 'sse', google: { kind: 'hang' }, moment: 'before the headers' },
  { form: 'array', google: { kind: 'hang' }, moment: 'before the headers' },
  { form: 'sse', google: { kind: 'hangAfterHeaders' }, moment: 'before the headers' },
  { form: 'sse', google: SILENT, moment: 'after the headers' },
  { form: 'array', google: SILENT, moment: 'after the headers' },
  { form: 'sse', google: { kind: 'hang' }, moment: 'after the headers' },
  { form: 'sse', google: TALKING, moment: 'after the first bytes' },
  { form: 'array', google: TALKING, moment: 'after the first bytes' },
  { form: 'sse', google: { kind: 'hangAfterContent' }, moment: 'after the first bytes' },
]

describe('A client that leaves', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(3), { streaming: { commitSeconds: 0.3, heartbeatSeconds: 0.3 } })
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  for (const hangUp of HANG_UPS) {
    test(`frees the upstream at once: ${titleOf(hangUp)}`, async () => {
      scene.google.script('*', hangUp.google)
      await leave(scene, hangUp)
      await untilFree(scene)
      assert.equal(scene.google.calls.length, 1, 'nothing is tried again for nobody')
      assert.equal(scene.google.calls[0]?.aborted, true)
      await assertUntouched(scene)
      assert.equal((await ask(scene, 'sse')).said, GOOD_ANSWER)
    })
  }

  test("is nobody else's trouble, though sixty leave at once", async () => {
    scene.google.script('*', { kind: 'hang', times: 60 })
    const leaving = Array.from({ length: 60 }, (_, index) => HANG_UPS[index % 3]!.form)
    const controller = new AbortController()
    const calls = leaving.map((form) => scene.post(pathOf(form), QUESTION, { signal: controller.signal }))
    await until(() => scene.google.open() === 60, 'all sixty wait')
    controller.abort()
    for (const result of await Promise.allSettled(calls)) assert.equal(result.status, 'rejected')
    await untilFree(scene)
    assert.ok(scene.google.calls.every(({ aborted }) => aborted))
    await assertUntouched(scene)
    for (const form of ['whole', 'sse', 'array'] as const) {
      assert.equal((await ask(scene, form)).said, GOOD_ANSWER)
    }
  })

  test('has status 499 in the request log', async () => {
    const scene = await openScene(fakeKeys(1), { streaming: { commitSeconds: 0.3 } })
    try {
      for (const hangUp of HANG_UPS) {
        scene.google.reset()
        scene.google.script('*', hangUp.google)
        await leave(scene, hangUp)
        await untilFree(scene)
      }
      await scene.gateway.end('SIGTERM')
      const rows = await loggedIn(scene)
      assert.deepEqual(
        rows.map(({ status, error_kind }) => `${status} ${error_kind}`),
        HANG_UPS.map(() => '499 client_gone'),
      )
    } finally {
      await scene.close()
    }
  })
})

describe('Where whole calls are to be finished', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(2), { upstream: { finishWhole: true } })
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  test('a whole call runs to its end at Google after its client left', async () => {
    scene.google.script('*', { kind: 'slow', headersMilliseconds: 500 })
    await leave(scene, { form: 'whole', google: SILENT, moment: 'before the headers' })
    assert.equal(scene.google.open(), 1)
    await untilFree(scene)
    assert.equal(scene.google.calls[0]?.aborted, false)
    await assertUntouched(scene)
  })

  test('a stream still ends with its client', async () => {
    const hangUp = { form: 'sse', google: { kind: 'hang' }, moment: 'before the headers' } as const
    scene.google.script('*', hangUp.google)
    await leave(scene, hangUp)
    await untilFree(scene)
    assert.equal(scene.google.calls[0]?.aborted, true)
  })
})

/** Makes a call and leaves it. */
async function leave(scene: Scene, { form, moment }: HangUp): Promise<void> {
  const controller = new AbortController()
  const response = scene.post(pathOf(form), QUESTION, { signal: controller.signal })
  if (moment === 'before the headers') {
    await until(() => scene.google.open() === 1, 'the call is at Google')
  } else {
    const reader = (await response).body!.getReader()
    if (moment === 'after the first bytes') await reader.read()
    reader.read().catch(() => {}) // the break is what is wanted
  }
  controller.abort()
  await response.catch(() => {})
}

function untilFree({ google }: Scene): Promise<void> {
  return until(() => google.open() === 0, 'the upstream is free')
}

async function loggedIn({ gateway }: Scene) {
  const database = await connect(join(gateway.folder, 'data', 'geminate.db'), defaultDriver())
  try {
    return database.prepare('SELECT status, error_kind FROM requests ORDER BY number').all()
  } finally {
    database.close()
  }
}

function titleOf({ form, google, moment }: HangUp): string {
  return `${form} ${moment} of an answer that is to ${google.kind}`
}

async function assertUntouched(scene: Scene): Promise<void> {
  for (const { state, rests } of await scene.keys())
    assert.deepEqual({ state, rests }, { state: 'active', rests: [] })
}
