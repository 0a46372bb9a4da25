import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRoster } from '../core/pool/roster.ts'
import { key, START } from './virtual-pool.ts'

test('a roster numbers projects so that no two have one number, and uses those again of projects that are gone', () => {
  const roster = createRoster([key('a', 'p'), key('b', 'p'), key('c')], START)
  for (let turn = 0; turn < 1_000; turn++) {
    const entry = roster.admit(key(`k${turn}`), START)
    const numbers = new Map(Array.from(roster.entries.values(), (one) => [one.project, one.projectNumber]))
    assert.deepEqual([...numbers.values()].sort(), [0, 1, 2])
    if (turn % 2 === 0) roster.join(entry, 'q')
    roster.dismiss(entry)
  }
})
