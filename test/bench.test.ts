import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flawOf } from './bench/contest.ts'
import { openField } from './bench/field.ts'
import { missingPrograms } from './bench/missing-programs.ts'
import { processorTime, residentMegabytes } from './bench/process-figures.ts'
import { drive } from './bench/wrk.ts'

const missing = missingPrograms()
const isMissing = missing.length > 0 && process.env.CI !== 'true' && `needs ${missing.join(' and ')}`
const skip = 'Bun' in globalThis ? isMissing : 'the bench runs on Bun, whatever it measures'

test('every program of the bench answers every call as it should, also under load', { skip }, async () => {
  const field = await openField()
  try {
    for (const entrant of field.entrants) {
      assert.equal(await flawOf(entrant), undefined, `${entrant.name}, ${entrant.shape.name}`)
    }
    for (const { child, shape } of field.entrants.filter(({ name }) => name === 'Geminate')) {
      assert.ok((await drive(child.url, shape, 4, 1)).calls > 0)
    }
    assert.ok(processorTime(field.geminate.pid) > 0)
    assert.ok(residentMegabytes(field.geminate.pid) > 1)
  } finally {
    await field.close()
  }
})
