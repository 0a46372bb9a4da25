import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClients, makeToken } from '../core/http/clients.ts'
import { SettingsError } from '../core/settings/settings-error.ts'
import type { TokenRecord, TokenRecords } from '../core/store.ts'

/** Tokens in memory, as a store keeps them; `reads` counts how often they were asked for. */
function tokenRecords(): TokenRecords & { readonly kept: TokenRecord[]; reads: number } {
  const kept: TokenRecord[] = []
  return {
    kept,
    reads: 0,
    async list() {
      this.reads++
      return [...kept]
    },
    async put(token) {
      const index = kept.findIndex(({ kind, name }) => kind === token.kind && name === token.name)
      kept.splice(index < 0 ? kept.length : index, index < 0 ? 0 : 1, token)
    },
  }
}

test('clients: tokens of the config are known by name, and nothing is made', async () => {
  const records = tokenRecords()
  const configured = [{ name: 'me', token: 'sk-12345678' }]
  const clients = await createClients({ configured, adminToken: 'ga-12345678', records })
  assert.deepEqual(clients.identify('sk-12345678'), { kind: 'client', name: 'me' })
  assert.deepEqual(clients.identify('ga-12345678'), { kind: 'admin', name: 'admin' })
  assert.equal(clients.identify('sk-1234567'), undefined)
  assert.equal(clients.identify(''), undefined)
  assert.deepEqual(clients.made, [])
  assert.deepEqual(records.kept, [])
})

test('clients: what is missing is made, is long, works at once and is kept as a hash only', async () => {
  const records = tokenRecords()
  const clients = await createClients({ configured: [], adminToken: undefined, records })
  assert.deepEqual(
    clients.made.map(({ kind, name }) => [kind, name]),
    [
      ['admin', 'admin'],
      ['client', 'default'],
    ],
  )
  for (const { kind, name, token } of clients.made) {
    assert.match(token, /^(ga|sk)-[A-Za-z0-9_-]{32,}$/)
    assert.deepEqual(clients.identify(token), { kind, name })
    assert.ok(!JSON.stringify(records.kept).includes(token))
  }
})

test('clients: tokens made at an earlier start stay good, and none is made again', async () => {
  const records = tokenRecords()
  const first = await createClients({ configured: [], adminToken: undefined, records })
  const second = await createClients({ configured: [], adminToken: undefined, records })
  assert.deepEqual(second.made, [])
  for (const { kind, name, token } of first.made) assert.deepEqual(second.identify(token), { kind, name })
})

test('clients: a token made beside a running gateway works once the store was read again', async () => {
  const records = tokenRecords()
  let time = 0
  const clients = await createClients({ configured: [], adminToken: undefined, records, now: () => time })
  const { token } = await makeToken(records, { kind: 'client', name: 'new' })
  time += 1000
  assert.equal(clients.identify(token), undefined)
  await clients.refresh()
  assert.deepEqual(clients.identify(token), { kind: 'client', name: 'new' })
})

test('clients: a replaced token stops working once the store was read again', async () => {
  const records = tokenRecords()
  let time = 0
  const clients = await createClients({ configured: [], adminToken: undefined, records, now: () => time })
  const old = clients.made[0]?.token ?? ''
  await makeToken(records, { kind: 'admin', name: 'admin' })
  time += 1000
  await clients.refresh()
  assert.equal(clients.identify(old), undefined)
})

test('clients: guesses that come together read the store once', async () => {
  const records = tokenRecords()
  let time = 0
  const clients = await createClients({ configured: [], adminToken: undefined, records, now: () => time })
  const before = records.reads
  time += 1000
  await Promise.all(Array.from({ length: 100 }, () => clients.refresh()))
  assert.equal(records.reads, before + 1)
})

test('clients: the made client gives way to configured ones', async () => {
  const records = tokenRecords()
  const first = await createClients({ configured: [], adminToken: undefined, records })
  const made = first.made.find(({ kind }) => kind === 'client')?.token ?? ''
  assert.equal(first.identify(made)?.name, 'default')
  const configured = [{ name: 'me', token: 'sk-12345678' }]
  const second = await createClients({ configured, adminToken: undefined, records })
  assert.equal(second.identify(made), undefined)
  assert.equal(second.identify('sk-12345678')?.name, 'me')
})

test('clients: a store that fails leaves the known tokens good', async () => {
  const records = tokenRecords()
  let time = 0
  const clients = await createClients({ configured: [], adminToken: undefined, records, now: () => time })
  records.list = () => Promise.reject(new Error('locked'))
  const token = clients.made[0]?.token ?? ''
  time += 1000
  await clients.refresh()
  assert.equal(clients.identify(token)?.kind, 'admin')
})

test('clients: one token for two names is refused without being shown', async () => {
  const configured = [
    { name: 'a', token: 'sk-12345678' },
    { name: 'b', token: 'sk-12345678' },
  ]
  await assert.rejects(
    createClients({ configured, adminToken: undefined, records: tokenRecords() }),
    (error) => {
      assert.ok(error instanceof SettingsError)
      assert.equal(error.message, 'Settings "clients[0].token" and "clients[1].token" hold the same token')
      return true
    },
  )
})
