import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { FORMS, PROTOCOLS } from './any-client.ts'
import { CAPABILITIES, PLUGINS } from './capabilities.ts'
import { checkCell, reasonOf } from './capability-cell.ts'
import { toDocument } from './capability-table.ts'
import { fakeKeys, LENIENT, openScene, type Scene } from './scene.ts'

describe('In every protocol, whole and streamed', () => {
  let usual: Scene
  let links: Scene
  before(async () => {
    usual = await openScene(fakeKeys(4), { plugins: PLUGINS }, LENIENT)
    links = await openScene(fakeKeys(4), { plugins: { search: { links: true } } }, LENIENT)
  })
  after(() => Promise.all([usual.close(), links.close()]))

  for (const capability of CAPABILITIES) {
    for (const protocol of PROTOCOLS) {
      for (const form of FORMS) {
        const reason = reasonOf(capability, protocol, form)
        if (reason !== undefined) continue
        test(`${capability.plugin}: ${capability.title} (${protocol}, ${form})`, () =>
          checkCell(capability, capability.scene === 'links' ? links : usual, protocol, form))
      }
    }
  }
})

test('docs/capabilities.md is the matrix that is checked', () => {
  const written = readFileSync(new URL('../../docs/capabilities.md', import.meta.url), 'utf8')
  assert.equal(withoutPadding(written), withoutPadding(toDocument()))
})

/** Tables are padded to the width of their columns. */
function withoutPadding(text: string): string {
  return text.replaceAll(/ +\|/g, ' |').replaceAll(/-{3,}/g, '---')
}
