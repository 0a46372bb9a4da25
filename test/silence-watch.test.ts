import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSilenceWatch } from '../core/http/silence-watch.ts'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('a silence watch', () => {
  test('tells each who waits too long, once, and nobody else', async () => {
    const watch = createSilenceWatch(40)
    const told: string[] = []
    const start = (name: string) => watch.start(() => told.push(name))
    start('first')
    const ended = start('ended')
    const idle = start('idle')
    start('last')
    ended.end()
    ended.end()
    idle.since = Number.POSITIVE_INFINITY
    await pause(20)
    assert.deepEqual(told, [])
    await pause(60)
    assert.deepEqual(told.sort(), ['first', 'last'])
    idle.since = performance.now()
    await pause(80)
    assert.deepEqual(told.sort(), ['first', 'idle', 'last'])
  })

  test('goes on when one who is told ends others and starts new ones', async () => {
    const watch = createSilenceWatch(30)
    const told: string[] = []
    const neighbour = watch.start(() => told.push('neighbour'))
    watch.start(() => {
      told.push('one')
      neighbour.end()
      watch.start(() => told.push('new'))
    })
    await pause(120)
    assert.deepEqual(told, ['one', 'new'])
  })
})
