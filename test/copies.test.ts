import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GatewayError, isGatewayError } from '../core/errors.ts'
import { createCopies } from '../core/kept-files/copies.ts'
import { BASE, copyingGoogle, errand, fileCopy, keptFile, shelfOf } from './copying-google.ts'
import { key } from './virtual-pool.ts'

async function setUp() {
  const google = copyingGoogle()
  const kept = await shelfOf('a')
  const clock = { now: 1_000 }
  const warnings: string[] = []
  const copies = createCopies({
    shelf: kept.shelf,
    byteFiles: kept.byteFiles,
    keyLoop: google.keyLoop,
    baseUrl: BASE,
    now: () => clock.now,
    keyOf: (id) => key(id, `p${id.slice(1)}`),
    wait: async (milliseconds) => {
      clock.now += milliseconds
    },
    warn: (message) => warnings.push(message),
  })
  return { ...kept, google, clock, copies, warnings, file: kept.files[0]! }
}

const refusal = (kind: string, message: RegExp) => (thrown: unknown) =>
  isGatewayError(thrown) && thrown.kind === kind && message.test(thrown.message)

describe('Copies of kept files', () => {
  test('are uploaded once, remembered, and counted as attempts of the call', async () => {
    const { copies, google, file, shelf } = await setUp()
    const journey = errand()
    const copy = await copies.bring(file, 'p2', journey)
    assert.deepEqual(copy, {
      name: 'files/copy-1',
      keyId: 'k2',
      project: 'p2',
      expiresAt: 1_000 + 48 * 3_600_000,
      isActive: true,
    })
    assert.deepEqual(await copies.bring(shelf.find(file)!, 'p2', errand()), copy)
    assert.deepEqual([google.asked, journey.trace.attempts], [['POST start p2', 'POST upload p2'], 2])
  })

  test('are uploaded once for all who need them at the same time', async () => {
    const { copies, google, file } = await setUp()
    const gate = Promise.withResolvers<void>()
    google.gate = gate.promise
    const leaving = new AbortController()
    const first = copies.bring(file, 'p2', errand(leaving.signal))
    const second = copies.bring(file, 'p2', errand())
    leaving.abort()
    await assert.rejects(first, refusal('client_gone', /left/))
    gate.resolve()
    assert.equal((await second).name, 'files/copy-1')
    assert.deepEqual(google.asked, ['POST start p2', 'POST upload p2'])
  })

  test('are given up when nobody waits for them any more', async () => {
    const { copies, google, file } = await setUp()
    google.gate = new Promise(() => {})
    const leaving = new AbortController()
    const bringing = copies.bring(file, 'p2', errand(leaving.signal))
    setTimeout(() => leaving.abort(), 5)
    await assert.rejects(bringing, refusal('client_gone', /left/))
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(google.asked, ['POST start p2', 'POST upload p2 left'])
  })

  test('are waited for while Google looks through them, and not for ever', async () => {
    const { copies, google, file, shelf } = await setUp()
    google.states.push('PROCESSING', 'PROCESSING', 'PROCESSING', 'ACTIVE')
    assert.equal((await copies.bring(file, 'p2', errand())).isActive, true)
    google.states.push(...Array.from({ length: 100 }, () => 'PROCESSING'))
    const late = copies.bring(shelf.find(file)!, 'p3', errand())
    await assert.rejects(late, refusal('upstream_timeout', /^files\/a could not .* still looks/))
    google.states.length = 0
    const uploads = google.asked.filter((each) => each.startsWith('POST upload')).length
    await copies.bring(shelf.find(file)!, 'p3', errand())
    assert.equal(google.asked.filter((each) => each.startsWith('POST upload')).length, uploads)
  })

  test('that Google can make nothing of are removed again', async () => {
    const { copies, google, file, shelf } = await setUp()
    google.states.push('PROCESSING', 'FAILED')
    await assert.rejects(copies.bring(file, 'p2', errand()), refusal('bad_upstream', /make anything/))
    assert.equal(google.asked.at(-1), 'DELETE files/copy-1')
    assert.deepEqual(shelf.find(file)?.copies, [])
  })

  test('that Google has no more while they are looked through are forgotten, and made anew later', async () => {
    const { copies, google, file, shelf } = await setUp()
    google.states.push('PROCESSING')
    const missing = new GatewayError('upstream_refused', 'not found', { upstream: { status: 404 } })
    google.failures.push(undefined, undefined, missing)
    await assert.rejects(copies.bring(file, 'p2', errand()), refusal('bad_upstream', /make anything/))
    assert.ok(!google.asked.some((each) => each.startsWith('DELETE')))
    assert.equal((await copies.bring(shelf.find(file)!, 'p2', errand())).name, 'files/copy-2')
  })

  test('that are not the same file are removed again, and its bytes are no good', async () => {
    const { copies, google, file, shelf, warnings } = await setUp()
    google.sha256Hash = 'another'
    await assert.rejects(copies.bring(file, 'p2', errand()), refusal('bad_upstream', /same file/))
    assert.equal(google.asked.at(-1), 'DELETE files/copy-1')
    assert.deepEqual([shelf.find(file)?.hasBytes, warnings.length], [false, 1])
  })

  test('are begun once more where Google broke off, and then no more', async () => {
    const { copies, google, file, shelf } = await setUp()
    const broken = new GatewayError('bad_upstream', 'Google broke off')
    google.failures.push(undefined, broken)
    assert.equal((await copies.bring(file, 'p2', errand())).name, 'files/copy-2')
    google.failures.push(broken, broken)
    const bringing = copies.bring(shelf.find(file)!, 'p3', errand())
    await assert.rejects(
      bringing,
      refusal('bad_upstream', /^files\/a could not be uploaded again .*broke off/),
    )
  })

  test('are not begun once more where they could not be begun: all that may help was tried by then', async () => {
    const { copies, google, file } = await setUp()
    google.failures.push(new GatewayError('bad_upstream', 'Google does not answer'))
    await assert.rejects(copies.bring(file, 'p2', errand()), refusal('bad_upstream', /does not answer/))
    assert.deepEqual(google.asked, ['POST start p2'])
  })

  test('tell of Google’s refusal as the gateway’s own matter, and when to try again', async () => {
    const { copies, google, file } = await setUp()
    google.failures.push(
      new GatewayError('upstream_refused', 'too large', { upstream: { status: 400, error: {} } }),
    )
    await assert.rejects(copies.bring(file, 'p2', errand()), refusal('bad_upstream', /too large/))
    google.failures.push(new GatewayError('rate_limited', 'resting', { retryAfterSeconds: 7 }))
    await assert.rejects(
      copies.bring(file, 'p2', errand()),
      (thrown) => isGatewayError(thrown) && thrown.status === 429 && thrown.retryAfterSeconds === 7,
    )
  })

  test('of a file that is deleted meanwhile are deleted as well', async () => {
    const { copies, google, file, shelf } = await setUp()
    const gate = Promise.withResolvers<void>()
    google.gate = gate.promise
    const bringing = copies.bring(file, 'p2', errand())
    await new Promise((resolve) => setTimeout(resolve, 5))
    copies.remove(shelf.remove([file]))
    gate.resolve()
    await assert.rejects(bringing, refusal('not_found', /deleted meanwhile/))
    assert.equal(google.asked.at(-1), 'DELETE files/copy-1')
  })

  test('go with their file, over their own projects', async () => {
    const { copies, google, file, shelf } = await setUp()
    const over = fileCopy({ name: 'files/over', project: 'p3', keyId: 'k3', expiresAt: 2_000 })
    await shelf.put({ ...file, copies: [fileCopy(), over] })
    copies.remove(shelf.remove([file]))
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(google.asked, ['DELETE files/known'])
  })

  test('are made anew once they are about to end', async () => {
    const { copies, google, file, shelf, clock } = await setUp()
    await shelf.put({ ...file, copies: [fileCopy({ expiresAt: clock.now + 50_000 })] })
    assert.equal((await copies.bring(shelf.find(file)!, 'p2', errand())).name, 'files/copy-1')
    assert.equal(google.asked.length, 2)
    assert.equal(shelf.find(file)?.copies.length, 1)
  })

  test('cannot be made of bytes that are not there, which is remembered', async () => {
    const { copies, file, shelf, byteFiles, warnings } = await setUp()
    byteFiles.contents.clear()
    const bringing = copies.bring(file, 'p2', errand())
    await assert.rejects(bringing, refusal('invalid_request', /cannot be read any more; upload it again/))
    assert.deepEqual([shelf.find(file)?.hasBytes, warnings.length], [false, 1])
  })

  test('cannot be made of bytes that break off, which is no fault of Google’s', async () => {
    const { copies, google, file, shelf, byteFiles } = await setUp()
    let pieces = 2
    byteFiles.read = () =>
      new ReadableStream({
        async pull(controller) {
          if (pieces-- === 0) throw new Error('The disk is broken')
          controller.enqueue(new Uint8Array(5))
        },
      })
    const bringing = copies.bring(file, 'p2', errand())
    await assert.rejects(bringing, refusal('invalid_request', /cannot be read any more; upload it again/))
    assert.equal(shelf.find(file)?.hasBytes, false)
    assert.equal(google.asked.filter((each) => each.startsWith('POST start')).length, 1)
  })

  test('stay though the bytes of their file give way while they are uploaded', async () => {
    const { copies, google, file, shelf } = await setUp()
    const gate = Promise.withResolvers<void>()
    google.gate = gate.promise
    const bringing = copies.bring(file, 'p2', errand())
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.ok(shelf.claim(1_000))
    gate.resolve()
    assert.equal((await bringing).name, 'files/copy-1')
    assert.deepEqual(shelf.find(file)?.copies, [await bringing])
  })

  test('are none of another file that has the same name by then', async () => {
    const { copies, google, file, shelf } = await setUp()
    const gate = Promise.withResolvers<void>()
    google.gate = gate.promise
    const bringing = copies.bring(file, 'p2', errand())
    await new Promise((resolve) => setTimeout(resolve, 5))
    await shelf.put({ ...file, id: 'another', length: 3 })
    gate.resolve()
    await assert.rejects(bringing, refusal('not_found', /deleted meanwhile/))
    assert.deepEqual(shelf.find(file)?.copies, [])
    assert.equal(google.asked.at(-1), 'DELETE files/copy-1')
  })

  test('that came about meanwhile are not forgotten with bytes that cannot be read', async () => {
    const { copies, file, shelf, byteFiles } = await setUp()
    const { read } = byteFiles
    byteFiles.read = () =>
      new ReadableStream({
        async pull() {
          byteFiles.read = read
          await copies.bring(file, 'p3', errand())
          throw new Error('The disk is broken')
        },
      })
    await assert.rejects(copies.bring(file, 'p2', errand()), refusal('invalid_request', /read/))
    assert.deepEqual(
      shelf.find(file)?.copies.map(({ project }) => project),
      ['p3'],
    )
  })

  test('are looked at before their use where Google did not end well with them', async () => {
    const { copies, google, file } = await setUp()
    google.states.push('FAILED', 'FAILED')
    await assert.rejects(copies.bring(file, 'p2', errand()), refusal('bad_upstream', /make anything/))
  })

  test('of many files are deleted some at a time', async () => {
    const { copies, google, shelf } = await setUp()
    const gate = Promise.withResolvers<void>()
    google.gate = gate.promise
    google.isDeletingSlowly = true
    const files = Array.from({ length: 20 }, (_, index) =>
      keptFile(`many-${index}`, { copies: [fileCopy({ name: `files/copy-of-${index}` })] }),
    )
    for (const file of files) await shelf.put(file)
    copies.remove(shelf.remove(files))
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(google.asked.length, 4)
    gate.resolve()
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(google.asked.length, 20)
  })
})
