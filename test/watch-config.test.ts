import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { watchConfig } from '../core/commands/watch-config.ts'

const EVERY = 5

/** A file whose text the test changes, and how often a change of it was told of. */
function watched(text: string | undefined) {
  const file = { text, changes: 0 }
  const watch = watchConfig({ read: async () => file.text }, 'x.yaml', () => file.changes++, EVERY)
  return { file, close: watch.close }
}

const aWhile = () => new Promise((resolve) => setTimeout(resolve, EVERY * 12))

describe('A config file', () => {
  test('is read again once for each change, and not before', async () => {
    const { file, close } = watched('one')
    await aWhile()
    assert.equal(file.changes, 0)
    file.text = 'two'
    await aWhile()
    assert.equal(file.changes, 1)
    file.text = 'one'
    await aWhile()
    assert.equal(file.changes, 2)
    close()
  })

  test('is read where it comes to be after the start', async () => {
    const { file, close } = watched(undefined)
    await aWhile()
    file.text = 'new'
    await aWhile()
    assert.equal(file.changes, 1)
    close()
  })

  test('that is gone, and comes back as it was, is no change', async () => {
    const { file, close } = watched('one')
    await aWhile()
    file.text = undefined
    await aWhile()
    file.text = 'one'
    await aWhile()
    assert.equal(file.changes, 0)
    close()
  })
})
