import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findDefinition } from '../core/plugins/find-definition.ts'

const find = (found: unknown) =>
  findDefinition({ plugins: [], importPlugin: async () => found as never }, './mine.ts')
const plugin = { name: 'mine', api: 1, description: 'Mine.', setup: () => ({}) }

describe('What a file exports', () => {
  test('is a plugin where it has the form of one', async () => {
    assert.equal(await find(plugin), plugin)
  })

  const wrong: Record<string, readonly [found: unknown, reason: RegExp]> = {
    'that is nothing is no plugin': [undefined, /default export is not a plugin/],
    'without a set-up is no plugin': [{ name: 'mine', api: 1 }, /default export is not a plugin/],
    'for another version is named': [{ ...plugin, api: 7 }, /version 7 of the plugin contract.*has 1$/],
    'whose version is a text is told of the number': [
      { ...plugin, api: '1' },
      /its "api" is "1"; write api: 1/,
    ],
    'without a version is told of it': [{ ...plugin, api: undefined }, /its "api" is missing; write api: 1/],
    'that fails neither open nor closed is told of the two': [
      { ...plugin, onFailure: 'opne' },
      /"onFailure" must be "open" or "closed", not "opne"/,
    ],
    'whose version is anything else is told of it': [{ ...plugin, api: [1] }, /its "api" is of type object/],
  }
  for (const [title, [found, reason]] of Object.entries(wrong)) {
    test(title, () => assert.rejects(find(found), reason))
  }
})
