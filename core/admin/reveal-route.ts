import { Type } from '@sinclair/typebox'
import { GatewayError } from '../errors.ts'
import { type AdminDesk, type AdminRequest, type AdminRoute, JSON_HEADERS } from './admin-route.ts'
import { readBody } from './check-input.ts'
import { KEY_SELECTION, selectKeys } from './key-selection.ts'

const Reveal = Type.Object(
  {
    adminToken: Type.String({ description: 'Once more, so that an open window alone shows no key.' }),
    ids: KEY_SELECTION.ids,
    filter: KEY_SELECTION.filter,
  },
  { additionalProperties: false },
)

const IDS_A_LINE = 500

/** The only route that gives keys' texts. */
export function revealRoute(desk: AdminDesk): AdminRoute {
  const { clients, ring, log, limits } = desk

  async function answer({ request, requestId }: AdminRequest): Promise<Response> {
    const { adminToken, ...selection } = await readBody(request, Reveal, limits)
    // By the hash, as everywhere: how long it takes says nothing of how near a guess was.
    const holder = clients.identify(adminToken.trim())
    if (holder?.kind !== 'admin') {
      log.warn({ id: requestId }, 'Keys were not revealed: the admin token in the body is wrong')
      throw new GatewayError('forbidden', '"adminToken" must be the admin token, once more', {
        param: 'adminToken',
      })
    }
    const { found } = await selectKeys(selection, desk)
    audit(
      holder.name,
      requestId,
      found.map(({ id }) => id),
    )
    const items = found.map(({ id, name, project, weight, tags, note, upstream, disabledSince }) => {
      return {
        id,
        key: ring.reveal(id),
        name,
        project,
        weight,
        tags,
        note,
        proxy: ring.proxies.get(id),
        upstream,
        disabled: disabledSince !== undefined,
      }
    })
    return new Response(JSON.stringify({ items, total: items.length }), { headers: JSON_HEADERS })
  }

  /** A log line has its bounds; all ids are said, over several where they must. */
  function audit(by: string, id: string, ids: readonly string[]): void {
    for (let start = 0; start === 0 || start < ids.length; start += IDS_A_LINE) {
      const keys = ids.slice(start, start + IDS_A_LINE)
      log.warn({ id, by, total: ids.length, keys }, 'Keys were revealed')
    }
  }

  return { method: 'POST', path: '/admin/api/keys/reveal', answer }
}
