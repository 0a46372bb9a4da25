import { refuse, shown } from '../../../core/codec/request-values.ts'
import { GatewayError } from '../../../core/errors.ts'
import { percentDecoded } from '../../../core/http/percent-decoded.ts'
import { refuseOtherMethods } from '../../../core/http/served-methods.ts'
import type { Gateway } from '../../../core/plugin.ts'
import { itemsBefore } from './history.ts'
import type { Item } from './item.ts'
import type { KeptResponse, KeptResponses } from './kept-responses.ts'

/** `GET` and `DELETE` of `/v1/responses/{id}`. */
export async function serveResponse(
  request: Request,
  gateway: Gateway,
  kept: KeptResponses,
): Promise<Response> {
  refuseOtherMethods(request, ['GET', 'DELETE', 'HEAD'])
  const id = idIn(request)
  const { name } = gateway.clientOf(request)
  if (request.method === 'DELETE') {
    if (!(await kept.delete(id, name))) throw noResponse(id)
    return Response.json({ id, object: 'response', deleted: true })
  }
  if (new URL(request.url).searchParams.get('stream') === 'true')
    refuse('unsupported_value', 'stream', 'Responses are not streamed a second time: leave it out')
  return Response.json((await found(id, name, kept)).response)
}

/** `GET /v1/responses/{id}/input_items`: what was said before the response, the latest first. */
export async function listInputItems(
  request: Request,
  gateway: Gateway,
  kept: KeptResponses,
): Promise<Response> {
  refuseOtherMethods(request, ['GET', 'HEAD'])
  const { name } = gateway.clientOf(request)
  const { input, previous } = await found(idIn(request), name, kept)
  const items = [...(await itemsBefore(previous, name, kept)), ...input]
  return Response.json(toPage(items, new URL(request.url).searchParams))
}

function toPage(items: readonly Item[], query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? 20)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    refuse('invalid_value', 'limit', `'limit' must be a whole number between 1 and 100`)
  const ordered = query.get('order') === 'asc' ? items : items.toReversed()
  const after = query.get('after')
  const start = after === null ? 0 : ordered.findIndex(({ id }) => id === after) + 1
  const data = ordered.slice(start, start + limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: start + limit < ordered.length,
  }
}

/** `POST /v1/responses/{id}/cancel`: nothing is made in the background, so there is nothing to stop. */
export async function refuseCancel(request: Request, gateway: Gateway, kept: KeptResponses): Promise<never> {
  refuseOtherMethods(request, ['POST'])
  await found(idIn(request), gateway.clientOf(request).name, kept)
  throw new GatewayError('invalid_request', 'Cannot cancel a synchronous response: it was made at once')
}

async function found(id: string, client: string, kept: KeptResponses): Promise<KeptResponse> {
  const response = await kept.get(id, client)
  if (!response) throw noResponse(id)
  return response
}

function noResponse(id: string): GatewayError {
  return new GatewayError('not_found', `Response with id ${shown(id)} not found`)
}

function idIn({ url }: Request): string {
  return percentDecoded(/\/responses\/([^/]*)/.exec(new URL(url).pathname)?.[1] ?? '')
}
