import { errorHeaders, type GatewayError } from '../errors.ts'
import type { Wire } from '../plugin.ts'
import type { Exchange } from './exchange.ts'

/** An error as a response, in the shape of whoever speaks; plain where no protocol claims the request. */
export function renderError(error: GatewayError, exchange: Exchange): Response {
  const { protocol, request, url, id } = exchange
  const wire = protocol
    ? protocol.codec.encodeError(error, { id, method: request.method, url, headers: request.headers })
    : toPlain(error)
  return new Response(request.method === 'HEAD' ? null : wire.body, {
    status: wire.status ?? error.status,
    headers: { ...errorHeaders(error), 'content-type': wire.contentType, ...wire.headers },
  })
}

function toPlain({ kind, status, message, param }: GatewayError): Wire {
  return {
    body: JSON.stringify({ error: { code: status, kind, message, param } }),
    contentType: 'application/json',
  }
}
