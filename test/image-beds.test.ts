import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImageBed } from '../core/image-bed.ts'
import { createImageBeds } from '../core/plugins/image-beds.ts'
import type { LoadedPlugin } from '../core/plugins/loaded-plugin.ts'

const bed = (url: string): ImageBed => ({ put: async () => url })
const plugin = (url: string) =>
  ({ hooks: { imageBeds: { mine: () => bed(url) } } }) as unknown as LoadedPlugin

test('of two image beds of one name the last plugin’s is taken, and made once', async () => {
  const beds = createImageBeds(() => [plugin('one'), plugin('two')])
  assert.equal(await beds.get('mine').put(new Uint8Array(), 'image/png', 'x'), 'two')
  const only = plugin('one')
  const single = createImageBeds(() => [only])
  assert.equal(single.get('mine'), single.get('mine'))
})

test('an image bed that nobody brings is told of with those there are', () => {
  const beds = createImageBeds(() => [plugin('one')])
  assert.throws(() => beds.get('mime'), /no image bed "mime": there are mine; did you mean "mine"/)
})
