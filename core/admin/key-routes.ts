import { Type } from '@sinclair/typebox'
import { GatewayError } from '../errors.ts'
import { inSlices } from '../keyring/in-slices.ts'
import type { KeyChange } from '../keyring/key-change.ts'
import type { ManagedKey } from '../keyring/managed-key.ts'
import { KeyUpstream } from '../settings/vertex-settings.ts'
import { problemOfProxy } from '../ways/proxy-address.ts'
import type { AdminDesk, AdminRequest, AdminRoute } from './admin-route.ts'
import { toJson } from './admin-route.ts'
import { readBody, readQuery } from './check-input.ts'
import { toKeyItem } from './key-item.ts'
import { KeyListQuery, listKeys } from './key-list.ts'
import { KEY_SELECTION, keyOf, selectKeys } from './key-selection.ts'
import { firstOf } from './results.ts'
import { snapshotOf } from './snapshot-of.ts'

const closed = { additionalProperties: false }
const OrNone = (description: string) =>
  Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Null()], { description }))

const CHANGE = {
  name: OrNone('What logs and the admin call it.'),
  project: OrNone('The Google project whose quota it spends.'),
  weight: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  tags: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), { description: 'In place of those it has.' }),
  ),
  note: OrNone('For people.'),
  proxy: OrNone('The proxy that this key alone goes through; null for those of all.'),
  disabled: Type.Optional(Type.Boolean()),
  upstream: Type.Optional(KeyUpstream),
}
const MODEL = { model: Type.Optional(Type.String({ minLength: 1 })) }

const Change = Type.Object(CHANGE, closed)
const ChangeMany = Type.Object({ ...KEY_SELECTION, change: Change }, closed)
const Selection = Type.Object(KEY_SELECTION, closed)
const Reset = Type.Object(MODEL, closed)
const ResetMany = Type.Object({ ...KEY_SELECTION, ...MODEL }, closed)

/** Listing, changing, removing and resetting keys. */
export function keyRoutes(desk: AdminDesk): readonly AdminRoute[] {
  const { keyring, services, redactor, limits } = desk
  const path = '/admin/api/keys'

  const list = async ({ url }: AdminRequest) => {
    const query = readQuery(url, KeyListQuery)
    await keyring.refresh()
    return toJson(listKeys(keyring.keys.values(), snapshotOf(desk), query), redactor)
  }

  const show = async ({ id }: AdminRequest) => {
    await keyring.refresh()
    return toJson(toKeyItem(keyOf(id, desk), snapshotOf(desk)), redactor)
  }

  const change = async ({ request, id }: AdminRequest) => {
    const changes = checkedProxy(await readBody(request, Change, limits), 'proxy')
    await keyring.change([id], changes)
    return toJson(toKeyItem(keyOf(id, desk), snapshotOf(desk)), redactor)
  }

  const changeMany = async ({ request }: AdminRequest) => {
    const { change, ...selection } = await readBody(request, ChangeMany, limits)
    checkedProxy(change, 'change.proxy')
    const { found, unknown } = await selectKeys(selection, desk)
    const changed = await keyring.change(idsOf(found), change satisfies KeyChange)
    const snapshot = snapshotOf(desk)
    const results = firstOf(changed, (key) => toKeyItem(key, snapshot))
    return toJson({ changed: changed.length, unknown, ...results }, redactor)
  }

  const remove = async ({ id }: AdminRequest) => {
    await keyring.refresh()
    keyOf(id, desk)
    const [removed] = await keyring.remove([id])
    return toJson(removed && toRemoved(removed), redactor)
  }

  const removeMany = async ({ request }: AdminRequest) => {
    const { found, unknown } = await selectKeys(await readBody(request, Selection, limits), desk)
    const removed = await keyring.remove(idsOf(found))
    const written = removed.filter(({ writtenIn }) => writtenIn !== undefined).length
    return toJson(
      { removed: removed.length, unknown, stillWritten: written, ...firstOf(removed, toRemoved) },
      redactor,
    )
  }

  const reset = async ({ request, id }: AdminRequest) => {
    const { model } = await readBody(request, Reset, limits)
    const key = keyOf(id, desk)
    services[key.upstream].pool.membership.reset(id, model)
    return toJson(toKeyItem(key, snapshotOf(desk)), redactor)
  }

  const resetMany = async ({ request }: AdminRequest) => {
    const { model, ...selection } = await readBody(request, ResetMany, limits)
    const { found, unknown } = await selectKeys(selection, desk)
    await inSlices(found, async (slice) => {
      for (const { id, upstream } of slice) services[upstream].pool.membership.reset(id, model)
    })
    const snapshot = snapshotOf(desk)
    return toJson(
      { reset: found.length, unknown, ...firstOf(found, (key) => toKeyItem(key, snapshot)) },
      redactor,
    )
  }

  return [
    { method: 'GET', path, answer: list },
    { method: 'GET', path: '/v1/keys/list', answer: list },
    { method: 'PATCH', path, answer: changeMany },
    { method: 'DELETE', path, answer: removeMany },
    { method: 'POST', path: `${path}/reset`, answer: resetMany },
    { method: 'GET', path: `${path}/:id`, answer: show },
    { method: 'PATCH', path: `${path}/:id`, answer: change },
    { method: 'DELETE', path: `${path}/:id`, answer: remove },
    { method: 'POST', path: `${path}/:id/reset`, answer: reset },
  ]
}

function idsOf(keys: readonly ManagedKey[]): string[] {
  return keys.map(({ id }) => id)
}

/** A key of the config stays away over restarts, but whoever reads the config should know. */
function toRemoved({ id, name, masked, origin, writtenIn }: ManagedKey) {
  const notice = writtenIn && `It is out for good, but still written ${writtenIn}`
  return { id, name, masked, origin, removed: true, writtenIn, notice }
}

function checkedProxy(change: KeyChange, param: string): KeyChange {
  const problem = change.proxy ? problemOfProxy(change.proxy) : undefined
  if (problem === undefined) return change
  throw new GatewayError('invalid_request', `"${param}" ${problem}`, { param })
}
