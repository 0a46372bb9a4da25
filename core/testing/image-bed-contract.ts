import assert from 'node:assert/strict'
import type { ImageBed } from '../image-bed.ts'
import { type ContractCase, collectCases } from './contract-case.ts'

/** How an image bed is tried. */
export interface ImageBedSuite {
  /** A bed that works; called anew for each case. */
  create(): ImageBed | Promise<ImageBed>
  /** What anybody gets who opens an address that the bed gave. */
  open(url: string): Promise<Response>
}

/** Two small PNG-like pictures; nobody decodes them. */
const ONE = Uint8Array.from({ length: 300 }, (_, index) => (index * 7) % 256)
const OTHER = Uint8Array.from({ length: 301 }, (_, index) => (index * 11) % 256)

/** What every image bed must do, wherever it keeps the pictures. */
export function imageBedContract({ create, open }: ImageBedSuite): readonly ContractCase[] {
  const { cases, add } = collectCases()

  const check = async (url: string, bytes: Uint8Array, mime: string) => {
    const response = await open(url)
    assert.equal(response.status, 200, url)
    assert.equal(response.headers.get('content-type')?.split(';')[0], mime)
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes)
  }

  add('gives an address at which the very bytes are, with their type', async () => {
    const bed = await create()
    for (const mime of ['image/png', 'image/jpeg']) {
      const url = await bed.put(ONE, mime, 'a picture.png')
      assert.match(url, /^https?:\/\/[^\s"'<>()]+$/)
      await check(url, ONE, mime)
    }
  })

  add('keeps two pictures of one name apart', async () => {
    const bed = await create()
    const one = await bed.put(ONE, 'image/png', 'same.png')
    const other = await bed.put(OTHER, 'image/png', 'same.png')
    assert.notEqual(one, other)
    await check(one, ONE, 'image/png')
    await check(other, OTHER, 'image/png')
  })

  add('takes several at once', async () => {
    const bed = await create()
    const pictures = Array.from({ length: 8 }, (_, index) => Uint8Array.of(index, 2, 3))
    const urls = await Promise.all(pictures.map((bytes) => bed.put(bytes, 'image/webp', 'x')))
    assert.equal(new Set(urls).size, pictures.length)
    for (const [index, url] of urls.entries()) await check(url, pictures[index]!, 'image/webp')
  })

  add('takes any name, and lets it lead nowhere else', async () => {
    const bed = await create()
    for (const name of ['', '../../etc/passwd', 'ümläut ✓.png', 'a/b\\c?d#e%2e', 'x'.repeat(500)]) {
      const url = await bed.put(ONE, 'image/png', name)
      assert.ok(!new URL(url).pathname.split('/').includes('..'))
      await check(url, ONE, 'image/png')
    }
  })

  add('does not change the bytes that it is given', async () => {
    const bed = await create()
    const bytes = ONE.slice()
    await bed.put(bytes, 'image/png', 'x.png')
    assert.deepEqual(bytes, ONE)
  })

  return cases
}
