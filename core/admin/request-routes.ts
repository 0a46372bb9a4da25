import { Type } from '@sinclair/typebox'
import { GatewayError } from '../errors.ts'
import type { RequestFilter } from '../store.ts'
import { type AdminDesk, type AdminRequest, type AdminRoute, toJson } from './admin-route.ts'
import { readQuery } from './check-input.ts'
import { toRequestDetails, toRequestItem } from './request-item.ts'

const Text = Type.Optional(Type.String({ minLength: 1 }))
const RequestQuery = Type.Object(
  {
    client: Text,
    model: Text,
    status: Type.Optional(
      Type.String({ pattern: '^[1-5](\\d\\d|xx)$', description: '429, or 4xx for all of 400.' }),
    ),
    key: Text,
    since: Type.Optional(Type.String({ description: 'ISO 8601, or milliseconds since 1970.' })),
    limit: Type.Integer({ minimum: 0, maximum: 1000, default: 50 }),
    offset: Type.Integer({ minimum: 0, default: 0 }),
  },
  { additionalProperties: false },
)

/** The request log. */
export function requestRoutes({ requests, redactor }: AdminDesk): readonly AdminRoute[] {
  const list = async ({ url }: AdminRequest) => {
    const { client, model, status, key: keyId, since, limit, offset } = readQuery(url, RequestQuery)
    const filter = { client, model, keyId, status: statusesOf(status), since: timeOf(since) }
    const { rows, total } = await requests.search(filter, { limit, offset })
    return toJson({ items: rows.map(toRequestItem), total }, redactor)
  }

  const show = async ({ id }: AdminRequest) => {
    const row = await requests.get(id)
    if (row === undefined) throw new GatewayError('not_found', 'The request log has no request of this id')
    return toJson(toRequestDetails(row), redactor)
  }

  return [
    { method: 'GET', path: '/admin/api/requests', answer: list },
    { method: 'GET', path: '/admin/api/requests/:id', answer: show },
  ]
}

function statusesOf(status: string | undefined): RequestFilter['status'] {
  if (status === undefined) return undefined
  return [Number(status.replace('xx', '00')), Number(status.replace('xx', '99'))]
}

function timeOf(since: string | undefined): number | undefined {
  if (since === undefined) return undefined
  const time = /^\d+$/.test(since) ? Number(since) : Date.parse(since)
  if (Number.isSafeInteger(time)) return time
  throw new GatewayError(
    'invalid_request',
    '"since" must be a time, as ISO 8601 or milliseconds since 1970',
    {
      param: 'since',
    },
  )
}
