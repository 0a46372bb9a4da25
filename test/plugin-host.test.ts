import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { closedSurroundings } from '../core/plugins/closed-gateway.ts'
import { createHost } from '../core/plugins/plugin-host.ts'
import type { Store } from '../core/store.ts'
import { wait } from '../core/timers.ts'
import { createKeptLog } from './kept-log.ts'

function hostOf() {
  const media = {} as Parameters<typeof createHost>[1]['media']
  return createHost('mine', { media }, closedSurroundings({} as Store, createKeptLog()))
}

describe('What a plugin has scheduled', () => {
  test('does not run once the plugin has stopped, also where it was scheduled later', async () => {
    const { host, stop } = hostOf()
    let runs = 0
    host.schedule(0.005, () => void runs++)
    stop()
    host.schedule(0.005, () => void runs++)
    await wait(50)
    assert.equal(runs, 0)
  })

  test('for once in many weeks does not run all the time', async () => {
    const { host, stop } = hostOf()
    let runs = 0
    host.schedule(60 * 86_400, () => void runs++)
    await wait(50)
    stop()
    assert.equal(runs, 0)
  })
})
