import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { openSqliteStore } from '../adapters/storage/sqlite-store.ts'
import { configuredKeys } from '../core/keyring/configured-keys.ts'
import { createKeyring, type Keyring } from '../core/keyring/keyring.ts'
import { createRedactor } from '../core/log/redactor.ts'
import { createKeyRing, keyIdOf } from '../core/pool/key-ring.ts'
import type { KeySetting } from '../core/settings/settings.ts'
import type { Store } from '../core/store.ts'

const CONFIGURED = 'AQ.written-in-the-config-0001'
const ADDED = 'AQ.added-in-the-admin-0001'
const ID = keyIdOf(CONFIGURED)

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function openStore(): Promise<Store> {
  const store = await openSqliteStore(':memory:')
  open.push(store)
  return store
}

/** A keyring over a store, as one process has it, and all that it told of. */
async function openKeyring(store: Store, settings: readonly KeySetting[] = [CONFIGURED], now = 7) {
  const redactor = createRedactor()
  const ring = createKeyRing(redactor)
  const keyring = await createKeyring({
    configured: configuredKeys(settings, {
      origin: 'config',
      placeOf: (index) => `in x.yaml under keys[${index}]`,
    }),
    records: store.keySettings,
    ring,
    maxConcurrent: 2,
    now: () => now,
    warn: (message) => assert.fail(message),
  })
  open.push(keyring)
  const told: string[] = []
  keyring.watch({
    set: ({ id }, disabledSince) =>
      void told.push(`${id === ID ? 'configured' : 'other'} ${disabledSince ?? 'on'}`),
    drop: (id) => void told.push(`${id === ID ? 'configured' : 'other'} gone`),
  })
  return { keyring, ring, redactor, told }
}

const only = (keyring: Keyring, secret: string) => keyring.keys.get(keyIdOf(secret))

describe('a keyring', () => {
  test('holds what the config states, and where', async () => {
    const { keyring } = await openKeyring(await openStore(), [
      { key: CONFIGURED, name: 'n', project: 'p', weight: 2 },
    ])
    const { id, masked, ...key } = [...keyring.keys.values()][0]!
    assert.deepEqual([id, masked], [ID, 'AQ.wri…001'])
    assert.deepEqual(key, {
      origin: 'config',
      writtenIn: 'in x.yaml under keys[0]',
      name: 'n',
      project: 'p',
      weight: 2,
      tags: [],
      note: undefined,
      maxConcurrent: 2,
      proxy: undefined,
      disabledSince: undefined,
      createdAt: undefined,
      isLegacy: false,
      upstream: 'gemini',
    })
  })

  test('keeps what is added over a restart, behind those of the config', async () => {
    const store = await openStore()
    const first = await openKeyring(store)
    const said = {
      secret: ADDED,
      name: 'mine',
      project: 'p',
      weight: 3,
      tags: ['t'],
      note: 'x',
      disabled: true,
    }
    assert.equal((await first.keyring.add([said])).length, 1)
    const { keyring, ring } = await openKeyring(store)
    const [, key] = [...keyring.keys.values()]
    const { name, project, weight, tags, note, disabledSince, createdAt, origin } = key!
    assert.deepEqual(
      [name, project, weight, tags, note, disabledSince, createdAt, origin],
      ['mine', 'p', 3, ['t'], 'x', 7, 7, 'admin'],
    )
    assert.equal(ring.reveal(key!.id), ADDED)
    assert.deepEqual(first.told, ['other 7'])
  })

  test('adds no key twice, and makes every one known to the redactor', async () => {
    const { keyring, redactor } = await openKeyring(await openStore())
    const added = await keyring.add([{ secret: CONFIGURED }, { secret: ADDED }, { secret: ADDED }])
    assert.deepEqual([added.length, keyring.keys.size], [1, 2])
    assert.equal((await keyring.add([{ secret: ADDED }])).length, 0)
    assert.match(redactor.text(`it was ${ADDED}`), /^it was \[key k_\w+\]$/)
  })

  test('lays changes over the config, field by field', async () => {
    const store = await openStore()
    const before = await openKeyring(store, [{ key: CONFIGURED, name: 'old', weight: 2 }])
    await before.keyring.change([ID, 'k_unknown'], { project: 'p', note: 'hm', disabled: true })
    const { keyring } = await openKeyring(store, [{ key: CONFIGURED, name: 'new', weight: 4, project: 'q' }])
    const { name, weight, project, note, disabledSince, origin } = only(keyring, CONFIGURED)!
    assert.deepEqual([name, weight, project, note, disabledSince, origin], ['new', 4, 'p', 'hm', 7, 'config'])
  })

  test('takes a field away where it is changed to none', async () => {
    const { keyring } = await openKeyring(await openStore(), [
      { key: CONFIGURED, name: 'n', project: 'p', tags: ['t'] },
    ])
    await keyring.change([ID], { name: null, project: null, tags: [], note: null, disabled: true })
    const [key] = await keyring.change([ID], { disabled: false })
    const { name, project, tags, note, disabledSince } = key!
    assert.deepEqual(
      [name, project, tags, note, disabledSince],
      [undefined, undefined, [], undefined, undefined],
    )
  })

  test('keeps a deleted key of the config away, until it is added again', async () => {
    const store = await openStore()
    const first = await openKeyring(store)
    const [removed] = await first.keyring.remove([ID, 'k_unknown'])
    assert.equal(removed?.writtenIn, 'in x.yaml under keys[0]')
    const second = await openKeyring(store)
    assert.equal(second.keyring.keys.size, 0)
    await second.keyring.add([{ secret: CONFIGURED, name: 'back' }])
    assert.equal(only((await openKeyring(store)).keyring, CONFIGURED)?.name, 'back')
    assert.deepEqual([first.told, second.told], [['configured gone'], ['configured on']])
  })

  test('leaves nothing of an added key that is deleted', async () => {
    const store = await openStore()
    const { keyring } = await openKeyring(store)
    await keyring.add([{ secret: ADDED }])
    await keyring.remove([keyIdOf(ADDED)])
    assert.deepEqual((await store.keySettings.since(0)).records, [])
  })

  test('puts no secret of the config into the store', async () => {
    const store = await openStore()
    const { keyring } = await openKeyring(store)
    await keyring.change([ID], { note: 'x' })
    await keyring.remove([ID])
    await keyring.add([{ secret: CONFIGURED }])
    assert.equal(JSON.stringify(await store.keySettings.since(0)).includes(CONFIGURED), false)
  })

  test('still holds the secret of a removed key, for calls that have it', async () => {
    const { keyring, ring } = await openKeyring(await openStore())
    await keyring.remove([ID])
    assert.equal(ring.reveal(ID), CONFIGURED)
  })

  test('takes in what another process adds, changes and removes', async () => {
    const store = await openStore()
    const [mine, other] = [await openKeyring(store), await openKeyring(store)]
    await other.keyring.add([{ secret: ADDED }])
    await mine.keyring.refresh()
    await other.keyring.change([ID, keyIdOf(ADDED)], { disabled: true })
    await mine.keyring.refresh()
    await other.keyring.remove([ID, keyIdOf(ADDED)])
    await mine.keyring.refresh()
    await mine.keyring.refresh()
    const changes = ['other on', 'configured 7', 'other 7', 'configured gone', 'other gone']
    assert.deepEqual(mine.told.toSorted(), changes.toSorted())
    assert.equal(mine.keyring.keys.size, 0)
  })

  test('misses nothing where two processes write in turn without looking', async () => {
    const store = await openStore()
    const [mine, other] = [await openKeyring(store), await openKeyring(store)]
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 ? mine : other).keyring.add([{ secret: `AQ.key-number-${index}` }]),
      ),
    )
    await mine.keyring.refresh()
    await other.keyring.refresh()
    assert.deepEqual([mine.keyring.keys.size, other.keyring.keys.size], [41, 41])
  })

  test('notices within two seconds, by itself', async () => {
    const store = await openStore()
    const [mine, other] = [await openKeyring(store), await openKeyring(store)]
    await other.keyring.add([{ secret: ADDED }])
    const begun = performance.now()
    while (mine.keyring.keys.size < 2 && performance.now() - begun < 2000) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.equal(mine.keyring.keys.size, 2)
  })

  test('changes one key several times at once without losing a change', async () => {
    const { keyring } = await openKeyring(await openStore())
    await Promise.all([
      keyring.change([ID], { name: 'n' }),
      keyring.change([ID], { note: 'x' }),
      keyring.change([ID], { weight: 5 }),
    ])
    const { name, note, weight } = only(keyring, CONFIGURED)!
    assert.deepEqual([name, note, weight], ['n', 'x', 5])
  })

  test('of which a write fails says so, and stays as it was', async () => {
    const store = await openStore()
    const { keyring, told } = await openKeyring(store)
    store.keySettings.save = () => Promise.reject(new Error('the disk is full'))
    await assert.rejects(keyring.add([{ secret: ADDED }]), /the disk is full/)
    await assert.rejects(keyring.remove([ID]), /the disk is full/)
    assert.deepEqual([keyring.keys.size, told], [1, []])
  })
})

test('a keyring gives keys that state no limit of calls at once the common one; 0 is no limit', async () => {
  const settings = ['AQ.one', { key: 'AQ.two', maxConcurrent: 5 }, { key: 'AQ.three', maxConcurrent: 0 }]
  const { keyring } = await openKeyring(await openStore(), settings)
  const limits = Array.from(keyring.keys.values(), ({ maxConcurrent }) => maxConcurrent)
  assert.deepEqual(limits, [2, 5, undefined])

  test('tells who watches one service of its keys alone, and of those that leave for another', async () => {
    const { keyring } = await openKeyring(await openStore())
    const told: string[] = []
    for (const upstream of ['gemini', 'vertex'] as const) {
      keyring.watch(
        { set: () => void told.push(`${upstream} set`), drop: () => void told.push(`${upstream} drop`) },
        upstream,
      )
    }
    const heard = () => told.splice(0)
    const [added] = await keyring.add([{ secret: ADDED, upstream: 'vertex' }])
    assert.deepEqual([added?.upstream, heard()], ['vertex', ['vertex set']])
    await keyring.change([added!.id], { upstream: 'gemini' })
    assert.deepEqual(heard(), ['vertex drop', 'gemini set'])
    await keyring.change([added!.id], { name: 'x' })
    assert.deepEqual([only(keyring, ADDED)?.upstream, heard()], ['gemini', ['gemini set']])
    await keyring.remove([added!.id])
    assert.deepEqual(heard(), ['gemini drop'])
  })
})
