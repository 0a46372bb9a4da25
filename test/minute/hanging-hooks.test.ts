import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { reload, rewriteConfig } from '../e2e/plugin-admin.ts'
import { ask, fakeKeys, LENIENT, openScene, pathOf, QUESTION, type Scene } from '../e2e/scene.ts'

const TIMEOUT = { timeout: 90_000 }

/** A plugin whose hook never ends, and that says when it is let go. */
const hanging = (
  hook: string,
) => `export default { name: 'hanging', api: 1, description: 'Hangs.', options: undefined,
  setup: (options, host) => ({ ${hook}: () => new Promise(() => {}), stop: () => host.log('let go') }) }`

async function inScene(hook: string, run: (scene: Scene) => Promise<void>): Promise<void> {
  const plugins = { './hanging.js': { turn: 1 } }
  const scene = await openScene(
    fakeKeys(2),
    { plugins },
    { ...LENIENT, files: { 'hanging.js': hanging(hook) } },
  )
  try {
    await run(scene)
  } finally {
    await scene.close()
  }
}

/** Seconds until the plugin of before is let go, after another has taken its place. */
async function secondsUntilLetGo(scene: Scene): Promise<number> {
  await rewriteConfig(scene, { plugins: { './hanging.js': { turn: 2 } } })
  assert.equal((await reload(scene)).status, 200)
  const begun = performance.now()
  while (!scene.gateway.output().includes('let go')) {
    assert.ok(performance.now() - begun < 75_000, 'it is never let go')
    await sleep(100)
  }
  return (performance.now() - begun) / 1000
}

describe('A plugin whose hook never ends', () => {
  test('is let go a minute after the call, where that is its finished hook', TIMEOUT, () =>
    inScene('finished', async (scene) => {
      assert.equal((await ask(scene, 'whole')).status, 200)
      const seconds = await secondsUntilLetGo(scene)
      assert.ok(seconds > 50 && seconds < 70, `${seconds} s`)
      assert.match(scene.gateway.output(), /A plugin failed after the call/)
    }),
  )

  test('is let go half a minute after its client has left, where that is its request hook', TIMEOUT, () =>
    inScene('request', async (scene) => {
      const signal = AbortSignal.timeout(500)
      await assert.rejects(scene.post(pathOf('sse'), QUESTION, { signal }))
      const seconds = await secondsUntilLetGo(scene)
      assert.ok(seconds > 20 && seconds < 40, `${seconds} s`)
    }),
  )
})
