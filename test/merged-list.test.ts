import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Flight } from '../core/call/flight.ts'
import type { KeyLoop } from '../core/call/key-loop.ts'
import { answerList } from '../core/call/merged-list.ts'
import { createTrace } from '../core/call/trace.ts'
import { GatewayError } from '../core/errors.ts'
import type { Holding, Ownership } from '../core/ownership/ownership.ts'

const LISTING = { collection: 'files', field: 'files', pageSize: [10, 4] } as const

/** Projects with so many files each, of which every second or so is the client's; Google gives four a page. */
function setUp(sizes: Readonly<Record<string, number>>, broken: readonly string[] = [], every = 2) {
  const asked: string[] = []
  const filesOf = (project: string) =>
    Array.from({ length: sizes[project] ?? 0 }, (_, index) => ({ name: `files/${project}-${index}` }))
  const holdings = Object.keys(sizes).map(
    (project): Holding => ({
      place: { name: '', project, keyId: project },
      names: new Set(filesOf(project).flatMap(({ name }, index) => (index % every === 0 ? [name] : []))),
    }),
  )
  const keyLoop = {
    async run({ project = '', path }: { project?: string; path: string }) {
      const query = new URLSearchParams(path.split('?')[1])
      asked.push(`${project} ${query}`)
      if (broken.includes(project))
        throw new GatewayError('rate_limited', 'it rests', { retryAfterSeconds: 5 })
      const start = Number(query.get('pageToken') ?? 0)
      const end = start + Number(query.get('pageSize'))
      const files = filesOf(project)
      const page = {
        files: files.slice(start, end),
        ...(end < files.length && { nextPageToken: String(end) }),
      }
      return { bytes: new TextEncoder().encode(JSON.stringify(page)) }
    },
  } as unknown as KeyLoop
  const ownership = { holdings: () => holdings } as unknown as Ownership

  async function page(query: Record<string, string> = {}) {
    const url = new URL(`http://localhost/v1beta/files?${new URLSearchParams(query)}`)
    const flight = {
      exchange: { url, request: new Request(url) },
      head: { client: 'me' },
      trace: createTrace(),
      notes: [],
      headers: () => ({}),
      finish() {},
    } as unknown as Flight
    const target = { path: '/v1beta/files', query: url.search, operation: 'files', model: '', stream: false }
    const redactor = { text: (text: string) => text } as never
    const response = await answerList(flight, target, LISTING, { keyLoop, ownership, redactor })
    const body = (await response.json()) as { files?: { name: string }[]; nextPageToken?: string }
    return {
      names: (body.files ?? []).map(({ name }) => name),
      token: body.nextPageToken,
      notes: flight.notes,
    }
  }

  async function all(pageSize: number) {
    const pages: (readonly string[])[] = []
    for (let token = ''; ; ) {
      const { names, token: next } = await page({ pageSize: String(pageSize), pageToken: token })
      pages.push(names)
      if (next === undefined) return pages
      token = next
    }
  }
  return { asked, page, all, own: holdings.flatMap(({ names }) => [...names]) }
}

describe('A list over several projects', () => {
  const SIZES = { a: 9, b: 1, c: 16, d: 0, e: 5 }

  for (const pageSize of [1, 2, 3, 4]) {
    test(`gives each thing once in pages of ${pageSize}`, async () => {
      const { all, own } = setUp(SIZES)
      const pages = await all(pageSize)
      assert.ok(pages.every(({ length }) => length <= pageSize))
      assert.deepEqual(pages.flat().toSorted(), own.toSorted())
    })
  }

  test('reads no further in a project than there is something of the client’s', async () => {
    const { page, asked } = setUp({ a: 1, b: 3 })
    await page()
    assert.equal(asked.length, 2)
  })

  test('asks with Google’s largest pages, and for every field', async () => {
    const { page, asked } = setUp({ a: 1 })
    await page({ pageSize: '2', fields: 'files(uri)', filter: 'x' })
    assert.deepEqual(asked, ['a filter=x&pageSize=4'])
  })

  test('gives what it has where one request would read too much, and a token', async () => {
    const { page, all, asked, own } = setUp({ a: 400 }, [], 300)
    const { names, token } = await page()
    assert.deepEqual([names, asked.length], [['files/a-0'], 25])
    assert.ok(token)
    assert.deepEqual((await all(4)).flat(), own)
  })

  test('leaves out who cannot answer, and says so; fails where nobody can', async () => {
    const { page } = setUp({ a: 3, b: 3 }, ['a'])
    const { names, notes } = await page()
    assert.deepEqual(names, ['files/b-0', 'files/b-2'])
    assert.match(notes.join(), /not all projects answered: it rests/)
    await assert.rejects(setUp({ a: 3 }, ['a']).page(), { kind: 'rate_limited' })
  })

  test('is empty where the client has nothing, and asks nobody', async () => {
    const { page, asked } = setUp({})
    assert.deepEqual(await page(), { names: [], token: undefined, notes: [] })
    assert.deepEqual(asked, [])
  })

  test('refuses a page size that is none', async () => {
    for (const pageSize of ['many', '-1', '1.5'])
      await assert.rejects(setUp({}).page({ pageSize }), { status: 400 })
  })
})
