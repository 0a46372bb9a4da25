import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { integrityIn, rowsIn } from './kept-data.ts'
import { ask, fakeKeys, openScene, type Scene, until } from './scene.ts'

const KEYS = fakeKeys(40)
const [DEAD, RESTING] = [KEYS.slice(0, 10), KEYS.slice(10, 20)]
const CONCURRENT = 64

interface Done {
  readonly id: string
  readonly status: number
  readonly at: number
}

describe('A gateway that is killed amid 64 concurrent calls', () => {
  test('starts again with all it knew: dead keys, resting projects, the log but for its last second', async () => {
    const scene = await openScene(KEYS, { log: { level: 'warn' } })
    try {
      for (const key of DEAD) scene.google.script(key, { kind: 'keyInvalid', times: 'forever' })
      for (const key of RESTING) {
        scene.google.script(key, { kind: 'perMinute429', retrySeconds: 300, times: 'forever' })
      }
      const done: Done[] = []
      const load = startLoad(scene, done)
      await until(async () => learned(await scene.keys()), 'all bad keys are known')
      const knownAt = Date.now()
      await until(() => Date.now() - knownAt > 1_500 && done.length > 500, 'there is a log to lose')
      const before = await scene.keys()
      const killedAt = Date.now()
      await scene.gateway.end('SIGKILL')
      load.stop()
      await load.ended

      assert.ok(done.every(({ status }) => status === 200))
      assert.equal(await integrityIn(scene.gateway.folder), 'ok')
      const kept = new Set((await rowsIn(scene.gateway.folder)).map(({ id }) => id))
      const old = done.filter(({ at }) => at < killedAt - 1_000)
      assert.ok(old.length > 0)
      assert.deepEqual(
        old.filter(({ id }) => !kept.has(id)),
        [],
      )

      scene.google.reset()
      await scene.gateway.start()
      assert.deepEqual(withoutTimes(await scene.keys()), withoutTimes(before))
      for (let calls = 0; calls < 60; calls++) {
        const answer = await ask(scene, 'whole')
        assert.deepEqual([answer.status, answer.attempts], [200, 1])
      }
      const asked = new Set(scene.google.calls.map(({ key }) => key))
      for (const key of [...DEAD, ...RESTING]) assert.ok(!asked.has(key), 'a key that was out was tried')
      assert.equal(asked.size, KEYS.length - DEAD.length - RESTING.length)
    } finally {
      await scene.close()
    }
  })
})

type Keys = Awaited<ReturnType<Scene['keys']>>

function learned(keys: Keys): boolean {
  const count = (state: string) => keys.filter((key) => key.state === state).length
  return count('invalid') === DEAD.length && count('resting') === RESTING.length
}

function withoutTimes(keys: Keys) {
  return keys.map(({ id, name, project, state, reason, rests }) => ({
    id,
    name,
    project,
    state,
    reason,
    rests,
  }))
}

/** Calls without a pause, until it is stopped or the gateway is gone. */
function startLoad(scene: Scene, done: Done[]) {
  let stopped = false
  async function run(form: 'whole' | 'sse') {
    while (!stopped) {
      const answer = await ask(scene, form).catch(() => undefined)
      if (!answer) return
      done.push({ id: answer.headers.get('x-request-id') ?? '', status: answer.status, at: Date.now() })
    }
  }
  const runs = Array.from({ length: CONCURRENT }, (_, index) => run(index % 2 === 0 ? 'whole' : 'sse'))
  return {
    ended: Promise.all(runs),
    stop() {
      stopped = true
    },
  }
}
