import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeyLoop } from '../core/call/key-loop.ts'
import { createTrace } from '../core/call/trace.ts'
import type { UpstreamRequest } from '../core/call/upstream.ts'
import { type ErrorKind, GatewayError, isGatewayError } from '../core/errors.ts'
import { candidatesFor } from '../core/kept-files/choose-project.ts'
import type { Copies } from '../core/kept-files/copies.ts'
import type { KeptFile } from '../core/kept-files/kept-file.ts'
import { withMovedFiles } from '../core/kept-files/moving.ts'
import type { Key, KeyStrategy } from '../core/keys.ts'
import type { Place } from '../core/ownership/ownership.ts'
import { fileCopy, keptFile } from './copying-google.ts'
import { fault, key, setUpPool } from './virtual-pool.ts'

const MODEL = 'gemini-a'

/** Files `files/a` in `p1`, `files/b` in `p2` …, the later the larger. */
function setUp(
  kept: Record<string, Partial<KeptFile>> = { a: {}, b: {} },
  more: readonly Key[] = [],
  strategy?: KeyStrategy,
) {
  const keys = [1, 2, 3, 4, 5].map((number) => key(`k${number}`, `p${number}`)).concat(more)
  const { pool, settle, clock } = setUpPool(keys, undefined, strategy)
  const files = Object.entries(kept).map(([name, fields], index) =>
    keptFile(name, { keyId: `k${index + 1}`, length: 10 + index, ...fields }),
  )
  const places: Place[] = files.map(({ name, keyId }) => ({ name, keyId, project: `p${keyId.slice(1)}` }))
  const find = (place: Pick<Place, 'name'>) => files.find(({ name }) => name === place.name)
  const asked: { project: string | undefined; body: string }[] = []
  const brought: string[] = []
  const forgotten: string[] = []
  const refusals = new Map<string, Error[]>()
  const failing = new Map<string, Error>()
  const copies: Copies = {
    of: ({ copies: known }) => known,
    projectOf: ({ project }) => project,
    async bring({ name }, project) {
      brought.push(`${name} ${project}`)
      const failure = failing.get(project)
      if (failure) throw failure
      return fileCopy({ name: `${name}-in-${project}`, project })
    },
    async forget({ name }) {
      forgotten.push(name)
    },
    remove() {},
  }
  const keyLoop: KeyLoop = {
    async run(request) {
      const body = new TextDecoder().decode(request.body(() => {}) as Uint8Array)
      asked.push({ project: request.project, body })
      const refusal = refusals.get(request.project ?? '')?.shift()
      if (refusal) throw refusal
      return request.project as never
    },
  }
  const moving = withMovedFiles(keyLoop, {
    shelf: { find, touch() {} },
    copies,
    pool,
    deadlineMilliseconds: 60_000,
    now: clock.now,
    elapsed: clock.now,
  })
  const trace = createTrace()
  const text = JSON.stringify({ files: files.map(({ name }) => ({ fileUri: name })) })
  const run = (pinned?: Place, fields: Partial<UpstreamRequest> = {}) => {
    const request: UpstreamRequest = {
      method: 'POST',
      path: '/v1beta/x',
      headers: {},
      body: () => new TextEncoder().encode(text),
      model: MODEL,
      repeatable: true,
      project: places[0]?.project,
      movable: { places, pinned },
      ...fields,
    }
    const never = async () => ({ ok: false, fault: fault('empty') }) as const
    return moving.run(request, trace, new AbortController().signal, never)
  }
  const rest = (project: string) =>
    settle(`k${project.slice(1)}`, { model: MODEL }, fault('quota_minute', { retryAfterMilliseconds: 9_000 }))
  return { run, rest, asked, brought, forgotten, refusals, failing, trace, text }
}

const refusal = (kind: ErrorKind, message: RegExp) => (thrown: unknown) =>
  isGatewayError(thrown) && thrown.kind === kind && message.test(thrown.message)
const OUT = new GatewayError('rate_limited', 'p rests')

describe('A call that names kept files', () => {
  test('goes as it is where all are in one project', async () => {
    const { run, asked, brought, text } = setUp({ a: {} })
    assert.equal(await run(), 'p1')
    assert.deepEqual([asked, brought], [[{ project: 'p1', body: text }], []])
  })

  test('goes untouched where it names none', async () => {
    const { run, asked, text } = setUp()
    await run(undefined, { movable: undefined })
    assert.deepEqual(asked, [{ project: 'p1', body: text }])
  })

  test('goes where least must be uploaded, with the other name, and says so', async () => {
    const { run, asked, brought, trace } = setUp()
    assert.equal(await run(), 'p2')
    assert.deepEqual(brought, ['files/a p2'])
    assert.equal(asked[0]?.body, '{"files":[{"fileUri":"files/a-in-p2"},{"fileUri":"files/b"}]}')
    assert.deepEqual(trace.notes, ['files/a was uploaded again to the project that is to answer'])
    assert.equal(trace.census?.usable, 5)
  })

  test('goes where its copies are', async () => {
    const copies = [fileCopy({ project: 'p4' })]
    const { run, brought } = setUp({ a: { copies }, b: { copies }, c: { length: 1 } })
    assert.equal(await run(), 'p4')
    assert.deepEqual(brought, ['files/a p4', 'files/b p4', 'files/c p4'])
  })

  test('goes to what cannot move', async () => {
    const { run, brought } = setUp()
    assert.equal(await run({ name: 'cachedContents/x', keyId: 'k3', project: 'p3' }), 'p3')
    assert.deepEqual(brought, ['files/a p3', 'files/b p3'])
  })

  test('goes elsewhere where all of their projects rest', async () => {
    const { run, rest, brought } = setUp()
    rest('p1')
    assert.equal(await run(), 'p2')
    rest('p2')
    assert.match(String(await run()), /^p[345]$/)
    assert.equal(brought.length, 3)
  })

  test('goes on from a project that turns out to rest, so far and no further', async () => {
    const { run, asked, refusals } = setUp({ a: {} })
    refusals.set('p1', [OUT])
    assert.notEqual(await run(), 'p1')
    for (const project of ['p1', 'p2', 'p3', 'p4', 'p5'])
      refusals.set(project, [new GatewayError('rate_limited', `${project} rests`)])
    asked.length = 0
    await assert.rejects(run(), refusal('rate_limited', /^p1 rests/))
    assert.equal(asked.length, 3)
  })

  test('finds another project beside one of many keys that could not take its file', async () => {
    const many = Array.from({ length: 10 }, (_, index) => key(`many-${index}`, 'p2'))
    const likesTwo: KeyStrategy = { pick: (usable) => usable.byProject('p2')[0] ?? usable.at(0) }
    const { run, rest, failing } = setUp({ a: {} }, many, likesTwo)
    rest('p1')
    failing.set('p2', new GatewayError('bad_upstream', 'p2 takes nothing'))
    assert.match(String(await run()), /^p[345]$/)
  })

  test('stays with what cannot move though that rests, and is told when it returns', async () => {
    const { run, rest, asked } = setUp()
    rest('p3')
    const pinned = run({ name: 'cachedContents/x', keyId: 'k3', project: 'p3' })
    await assert.rejects(pinned, refusal('rate_limited', /resting for gemini-a; it returns in \d+ s/))
    assert.deepEqual(asked, [])
  })

  test('is told when the first returns where all rest', async () => {
    const { run, rest, asked, brought } = setUp()
    for (const project of ['p1', 'p2', 'p3', 'p4', 'p5']) rest(project)
    await assert.rejects(run(), refusal('rate_limited', /it returns in/))
    assert.deepEqual([asked, brought], [[], []])
  })

  test('is told what keeps its files apart', async () => {
    const gone = { hasBytes: false, copies: [fileCopy({ project: 'p4' })] }
    const { run } = setUp({ a: gone, b: { hasBytes: false, copies: [fileCopy({ project: 'p5' })] } })
    await assert.rejects(
      run(),
      refusal('invalid_request', /^files\/a and files\/b .* nor did the gateway keep/),
    )
    const pinned = setUp({ a: gone }).run({ name: 'cachedContents/x', keyId: 'k3', project: 'p3' })
    await assert.rejects(pinned, refusal('invalid_request', /^cachedContents\/x and files\/a/))
    const near = { hasBytes: false, copies: [fileCopy({ project: 'p1' })] }
    const three = setUp({ a: near, b: near, c: { hasBytes: false } })
    await assert.rejects(three.run(), refusal('invalid_request', /^files\/a and files\/c/))
    const cache = three.run({ name: 'cachedContents/x', keyId: 'k1', project: 'p1' })
    await assert.rejects(cache, refusal('invalid_request', /^cachedContents\/x and files\/c/))
  })

  test('goes on by the key that it began with, wherever the file could be had too', async () => {
    const { run, asked } = setUp({ a: { copies: [fileCopy({ project: 'p2' })] } })
    assert.equal(await run(undefined, { keyId: 'k2', project: 'p2' }), 'p2')
    assert.equal(asked.length, 1)
  })

  test('tries the other way round where a copy cannot be made, and tells of the first failure', async () => {
    const { run, failing } = setUp()
    failing.set('p2', new GatewayError('bad_upstream', 'p2 takes nothing'))
    assert.equal(await run(), 'p1')
    for (const project of ['p1', 'p3', 'p4', 'p5']) failing.set(project, OUT)
    await assert.rejects(run(), refusal('bad_upstream', /p2 takes nothing/))
  })

  test('is answered as Google answers it, and not sent elsewhere for that', async () => {
    const { run, asked, refusals } = setUp()
    const mistake = new GatewayError('upstream_refused', 'a mistake', { upstream: { status: 400 } })
    refusals.set('p2', [mistake])
    await assert.rejects(run(), refusal('upstream_refused', /a mistake/))
    assert.equal(asked.length, 1)
  })

  test('is told of the files that it named, not of their copies', async () => {
    const { run, refusals } = setUp()
    const message = 'The File a-in-p2 is not in an ACTIVE state'
    const refused = () =>
      new GatewayError('upstream_refused', message, { upstream: { status: 400, error: { message } } })
    refusals.set('p2', [refused(), refused()])
    await assert.rejects(run(), (thrown) => {
      assert.ok(isGatewayError(thrown))
      assert.deepEqual(
        [thrown.status, thrown.message, thrown.upstream?.error?.message],
        [400, 'The File a is not in an ACTIVE state', 'The File a is not in an ACTIVE state'],
      )
      return true
    })
  })

  test('has a copy made anew that Google does not have any more, once', async () => {
    const { run, asked, refusals, forgotten } = setUp()
    const missing = () =>
      new GatewayError('upstream_refused', 'You do not have permission to access the File a-in-p2', {
        upstream: { status: 403 },
      })
    refusals.set('p2', [missing()])
    assert.equal(await run(), 'p2')
    assert.deepEqual([asked.length, forgotten], [2, ['files/a']])
    refusals.set('p2', [missing(), missing()])
    await assert.rejects(run(), refusal('upstream_refused', /permission/))
  })
})

test('candidates are the projects that could have all files, least missing first', () => {
  const at = (length: number, isMovable: boolean, ...projects: string[]) => ({
    length,
    isMovable,
    projects: new Set(projects),
  })
  assert.deepEqual(candidatesFor([at(5, true, 'p1'), at(7, true, 'p2', 'p3'), at(1, true, 'p3')]), [
    { project: 'p3', missing: 5 },
    { project: 'p2', missing: 6 },
    { project: 'p1', missing: 8 },
  ])
  assert.deepEqual(candidatesFor([at(5, true, 'p1'), at(7, false, 'p2')]), [{ project: 'p2', missing: 5 }])
  assert.deepEqual(candidatesFor([at(5, false, 'p1'), at(7, false, 'p2')]), [])
})
