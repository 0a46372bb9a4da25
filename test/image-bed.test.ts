import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImageBed } from '../core/image-bed.ts'
import { imageBedContract } from '../core/testing/image-bed-contract.ts'

/** A bed in memory, with one fault or none. */
function createBed(fault?: 'one name, one address' | 'forgets types' | 'changes bytes') {
  const kept = new Map<string, { bytes: Uint8Array<ArrayBuffer>; mime: string }>()
  const bed: ImageBed = {
    async put(bytes, mime, name) {
      const id = fault === 'one name, one address' ? encodeURIComponent(name) : crypto.randomUUID()
      const url = `https://pictures.example/${id}`
      kept.set(url, { bytes: Uint8Array.from(bytes), mime: fault === 'forgets types' ? 'image/gif' : mime })
      if (fault === 'changes bytes') bytes.fill(0)
      return url
    },
  }
  const open = async (url: string) => {
    const { bytes, mime } = kept.get(url) ?? assert.fail(`nothing is at ${url}`)
    return new Response(bytes, { headers: { 'content-type': mime } })
  }
  return { create: () => bed, open }
}

async function brokenPromises(suite: ReturnType<typeof createBed>): Promise<string[]> {
  const broken: string[] = []
  for (const { title, run } of imageBedContract(suite)) {
    await Promise.resolve(run()).catch(() => broken.push(title))
  }
  return broken
}

test('a good image bed keeps every promise of the contract', async () => {
  assert.deepEqual(await brokenPromises(createBed()), [])
})

for (const fault of ['one name, one address', 'forgets types', 'changes bytes'] as const) {
  test(`the contract of image beds finds one that has this fault: ${fault}`, async () => {
    assert.notDeepEqual(await brokenPromises(createBed(fault)), [])
  })
}
