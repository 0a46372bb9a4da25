import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Breakers } from '../call/breaker.ts'
import { GatewayError } from '../errors.ts'
import { parseJson } from '../http/parse-json.ts'
import type { Redactor } from '../log/redactor.ts'
import type { Way } from '../ways/way.ts'
import type { WayChecker } from '../ways/way-checker.ts'
import { toWayView } from '../ways/way-view.ts'
import type { Ways } from '../ways/ways.ts'

/** One route of the admin's API. Whoever mounts it lets only the admin in, and renders what it throws. */
export interface ProxyRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  answer(request: { readonly request: Request }): Response | Promise<Response>
}

/** What these routes work on. */
export interface ProxyDesk {
  readonly ways: Ways
  readonly breakers: Breakers
  readonly checker: WayChecker
  readonly redactor: Redactor
}

const Test = Type.Object(
  { name: Type.Optional(Type.String({ description: 'A way by its name; all of them where absent.' })) },
  { additionalProperties: false },
)

/** Listing the ways out, and testing them. */
export function proxyRoutes({ ways, breakers, checker, redactor }: ProxyDesk): readonly ProxyRoute[] {
  const answer = (list: readonly Way[]) => {
    const items = list.map((way) => toWayView(way, breakers))
    return new Response(redactor.text(JSON.stringify({ items, total: items.length })), { headers: HEADERS })
  }

  async function test(request: Request): Promise<Response> {
    const name = await readName(request)
    const list = ways.all.filter((way) => name === undefined || way.name === name)
    if (list.length === 0) throw new GatewayError('not_found', 'No way out has this name')
    await checker.checkAll(list)
    return answer(list)
  }

  return [
    { method: 'GET', path: '/admin/api/proxies', answer: () => answer(ways.all) },
    { method: 'POST', path: '/admin/api/proxies/test', answer: ({ request }) => test(request) },
  ]
}

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' }

async function readName(request: Request): Promise<string | undefined> {
  const bytes = new Uint8Array(await request.arrayBuffer())
  const body = bytes.length === 0 ? {} : parseJson(bytes)
  if (Value.Check(Test, body)) return body.name
  throw new GatewayError('invalid_request', 'The body must be {"name": "…"}, the name of a way, or nothing')
}
