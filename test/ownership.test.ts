import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromPageToken, toPageToken } from '../core/call/page-token.ts'
import { toUploadAddress, uploadOf } from '../core/call/upload-address.ts'
import { isGatewayError } from '../core/errors.ts'
import type { Key } from '../core/keys.ts'
import { createOwnership, type OwnershipOptions } from '../core/ownership/ownership.ts'
import type { ResourceRecord } from '../core/store.ts'
import { resource } from './fixtures/storage/records.ts'
import { key } from './virtual-pool.ts'

const HOUR = 3_600_000

function setUp(options: Partial<OwnershipOptions> = {}) {
  const clock = { now: 1_000 }
  const keys = new Map<string, Key>(
    [key('k1', 'p1'), key('k2', 'p2'), key('k3', 'p1')].map((each) => [each.id, each]),
  )
  const saved: ResourceRecord[] = []
  const removed: ResourceRecord[] = []
  const ownership = createOwnership({
    saved: [],
    memory: {
      async save({ put = [], removed: gone = [] }) {
        saved.push(...put)
        removed.push(...gone)
      },
      async close() {},
    },
    shared: false,
    now: () => clock.now,
    keyOf: (id) => keys.get(id),
    ...options,
  })
  const learn = (client: string, keyId: string, ...names: string[]) =>
    ownership.learn(
      client,
      keys.get(keyId)!,
      names.map((name) => ({ name })),
    )
  return { ownership, clock, keys, saved, removed, learn }
}

const refusal = (status: number) => (thrown: unknown) => isGatewayError(thrown) && thrown.status === status

describe('Ownership', () => {
  test('leads what a client made to the project that has it', async () => {
    const { ownership, learn } = setUp()
    await learn('me', 'k1', 'files/a')
    await learn('me', 'k3', 'files/b')
    assert.equal(ownership.locate('me', { path: 'files/a', body: [] })?.project, 'p1')
    assert.equal(ownership.locate('me', { body: ['files/b', 'files/a'] })?.project, 'p1')
    assert.equal(ownership.locate('me', { body: [] }), undefined)
    assert.equal(ownership.locate('me', { body: ['files/unknown'] }), undefined)
  })

  test('knows who made a thing, where one client did, until it is over', async () => {
    const { ownership, clock, learn } = setUp()
    await learn('me', 'k1', 'uploads/a', 'uploads/b')
    await learn('you', 'k2', 'uploads/b')
    assert.equal(ownership.makerOf('uploads/a'), 'me')
    assert.equal(ownership.makerOf('uploads/b'), undefined)
    assert.equal(ownership.makerOf('uploads/c'), undefined)
    clock.now += 100 * 24 * 3600 * 1000
    assert.equal(ownership.makerOf('uploads/a'), undefined)
  })

  test('shows nobody what is another’s, and hides whether it is there', async () => {
    const { ownership, learn } = setUp()
    await learn('me', 'k1', 'files/a')
    const messageOf = (path: string) => {
      try {
        return ownership.locate('you', { path, body: [] })
      } catch (thrown) {
        return (thrown as Error).message
      }
    }
    assert.equal(messageOf('files/a'), messageOf('files/none'))
    assert.throws(() => ownership.locate('you', { path: 'files/a', body: [] }), refusal(404))
    assert.throws(() => ownership.locate('you', { body: ['files/a'] }), refusal(403))
    assert.equal(ownership.find('you', 'files/a'), undefined)
    assert.deepEqual(ownership.holdings('you', 'files'), [])
  })

  test('refuses what is of two projects', async () => {
    const { ownership, learn } = setUp()
    await learn('me', 'k1', 'files/a')
    await learn('me', 'k2', 'cachedContents/b')
    const named = { path: 'files/a', body: ['cachedContents/b'] }
    assert.throws(() => ownership.locate('me', named), refusal(400))
  })

  test('leads what others could have too wherever the rest is', async () => {
    const isMovable = ({ name }: { name: string }) => name.startsWith('files/')
    const { ownership, learn } = setUp({ isMovable })
    await learn('me', 'k1', 'files/a', 'cachedContents/c')
    await learn('me', 'k2', 'files/b', 'cachedContents/d')
    await learn('you', 'k2', 'files/theirs')
    const [a, b] = ['k1', 'k2'].map((keyId, index) => ({
      name: `files/${'ab'[index]}`,
      keyId,
      project: `p${index + 1}`,
    }))
    assert.deepEqual(ownership.locate('me', { body: ['files/a', 'files/b'] }), {
      ...a,
      movable: { places: [a, b], pinned: undefined },
    })
    const pinned = { name: 'cachedContents/d', keyId: 'k2', project: 'p2' }
    assert.deepEqual(ownership.locate('me', { body: ['files/a', 'cachedContents/d'] }), {
      ...pinned,
      movable: { places: [a], pinned },
    })
    assert.throws(
      () => ownership.locate('me', { body: ['cachedContents/c', 'cachedContents/d'] }),
      refusal(400),
    )
    assert.throws(() => ownership.locate('me', { body: ['files/a', 'files/theirs'] }), refusal(403))
    const asked = ownership.locate('me', { path: 'files/a', body: [] })
    assert.deepEqual(asked, a, 'what the path names is meant itself')
  })

  test('says what is gone: deleted, over, or too much', async () => {
    const gone: string[] = []
    const { ownership, clock, learn } = setUp({
      gone: (resources) => gone.push(...resources.map(({ name }) => name)),
      sweepMilliseconds: 5,
    })
    await learn('me', 'k1', 'files/a', 'files/b')
    await ownership.forget('you', 'files/a')
    assert.deepEqual(gone, [])
    await ownership.forget('me', 'files/a')
    assert.deepEqual(gone, ['files/a'])
    clock.now += 49 * HOUR
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.deepEqual(gone, ['files/a', 'files/b'])
    await ownership.close()
  })

  test('keeps apart what two projects call the same', async () => {
    const { ownership, learn } = setUp()
    await learn('me', 'k1', 'files/report')
    await learn('you', 'k2', 'files/report')
    assert.equal(ownership.locate('me', { path: 'files/report', body: [] })?.project, 'p1')
    assert.equal(ownership.locate('you', { path: 'files/report', body: [] })?.project, 'p2')
    await ownership.forget('you', 'files/report')
    assert.equal(ownership.locate('me', { path: 'files/report', body: [] })?.project, 'p1')
  })

  test('is not taken over by who is told of a name', async () => {
    const { ownership, learn } = setUp()
    await learn('me', 'k1', 'files/a')
    await learn('you', 'k3', 'files/a')
    assert.equal(ownership.find('you', 'files/a'), undefined)
    assert.equal(ownership.find('me', 'files/a')?.keyId, 'k1')
  })

  test('ends with the resource, and follows a longer life', async () => {
    const { ownership, clock, removed, learn, keys } = setUp({ sweepMilliseconds: 5 })
    await learn('me', 'k1', 'files/a', 'cachedContents/b')
    await ownership.learn('me', keys.get('k1')!, [
      { name: 'cachedContents/b', expiresAt: clock.now + 60 * HOUR },
    ])
    clock.now += 48 * HOUR
    assert.equal(ownership.find('me', 'files/a'), undefined)
    assert.ok(ownership.find('me', 'cachedContents/b'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.deepEqual(
      removed.map(({ name }) => name),
      ['files/a'],
    )
    await ownership.close()
  })

  test('follows a key whose project was learned later', async () => {
    const { ownership, keys, learn } = setUp()
    await learn('me', 'k1', 'files/a')
    keys.set('k1', key('k1', 'projects/7'))
    assert.equal(ownership.locate('me', { path: 'files/a', body: [] })?.project, 'projects/7')
    keys.delete('k1')
    assert.equal(ownership.locate('me', { path: 'files/a', body: [] })?.project, 'p1')
  })

  test('saves each thing once, and says again only what changed', async () => {
    const { saved, learn } = setUp()
    await learn('me', 'k1', 'files/a')
    await learn('me', 'k1', 'files/a')
    assert.equal(saved.length, 1)
  })

  test('where all is shared, is everybody’s, and does not hide what was made elsewhere', async () => {
    const { ownership, learn } = setUp({ shared: true })
    await learn('me', 'k1', 'files/a')
    assert.equal(ownership.locate('you', { path: 'files/a', body: [] })?.project, 'p1')
    assert.equal(ownership.locate('you', { path: 'files/elsewhere', body: [] }), undefined)
    assert.equal(ownership.holdings('you', 'files').length, 1)
  })

  test('is as it was after a restart', () => {
    const { ownership } = setUp({ saved: [resource({ name: 'files/a', keyId: 'k2', client: 'me' })] })
    assert.equal(ownership.find('me', 'files/a')?.project, 'p2')
  })
})

describe('A page token', () => {
  test('leads back to where its page ended', () => {
    const start = { project: 'abc', token: 'google/ü', skip: 7 }
    assert.deepEqual(fromPageToken('files', toPageToken('files', start)), start)
  })

  test('of another list, or made up, is refused', () => {
    const token = toPageToken('files', { project: 'abc', token: '', skip: 0 })
    for (const text of ['x', '%', btoa('[]'), btoa('["batches","a","",-1]'), btoa('{"a":1}')])
      assert.throws(() => fromPageToken('batches', text), refusal(400), text)
    assert.throws(() => fromPageToken('batches', token), refusal(400))
  })
})

describe('The address of an upload', () => {
  const BASE = 'https://google.example'

  test('becomes ours, and loses a key that stands in it', () => {
    const address = toUploadAddress(
      `${BASE}/upload/v1/files?key=AIza&upload_id=u1&upload_protocol=resumable`,
      BASE,
    )
    assert.deepEqual(address, {
      id: 'u1',
      path: '/upload/v1/files?upload_id=u1&upload_protocol=resumable',
      ours: '/upload/v1/files?upload_id=u1&upload_protocol=resumable',
    })
  })

  test('at a path that is not served here is served at the usual one', () => {
    const address = toUploadAddress(`${BASE}/gw/resumable/x?upload_id=u1`, `${BASE}/gw/`)
    assert.deepEqual(
      [address.path, address.ours],
      ['/resumable/x?upload_id=u1', '/upload/v1beta/files?upload_id=u1'],
    )
  })

  test('names its upload, and no other address does', () => {
    for (const path of ['/upload/v1beta/files', '/gemini/upload/v1/files', '/v1//upload/v1beta/files'])
      assert.equal(uploadOf(new URL(`${BASE}${path}?upload_id=u1`)), 'uploads/u1', path)
    for (const path of ['/v1beta/files', '/download/upload/x', '/v1/messages', '/upload', '/x/upload/files'])
      assert.equal(uploadOf(new URL(`${BASE}${path}?upload_id=u1`)), undefined, path)
    assert.equal(uploadOf(new URL(`${BASE}/upload/v1beta/files`)), undefined)
  })

  test('without an id is given one', () => {
    const { id, path, ours } = toUploadAddress(`${BASE}/upload/v1/files`, BASE)
    assert.deepEqual([path, ours], ['/upload/v1/files', `/upload/v1/files?upload_id=${id}`])
  })

  test('anywhere else is refused', () => {
    for (const stated of [
      'https://google.example.evil/upload/x',
      'http://google.example/x',
      '/upload/x',
      'x',
      `${BASE}/other/x`,
    ])
      assert.throws(() => toUploadAddress(stated, `${BASE}/gw`), refusal(502), stated)
  })
})
