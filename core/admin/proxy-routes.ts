import { Type } from '@sinclair/typebox'
import { GatewayError } from '../errors.ts'
import type { Way } from '../ways/way.ts'
import { toWayView } from '../ways/way-view.ts'
import { type AdminDesk, type AdminRequest, type AdminRoute, toJson } from './admin-route.ts'
import { readBody } from './check-input.ts'

const Test = Type.Object(
  { name: Type.Optional(Type.String({ description: 'A way by its name; all of them where absent.' })) },
  { additionalProperties: false },
)

/** Listing the ways out, and testing them. */
export function proxyRoutes(desk: AdminDesk): readonly AdminRoute[] {
  const { ways, breakers, checker, redactor, limits } = desk
  const answer = (list: readonly Way[]) =>
    toJson({ items: list.map((way) => toWayView(way, breakers)), total: list.length }, redactor)

  const test = async ({ request }: AdminRequest) => {
    const { name } = await readBody(request, Test, limits)
    const list = ways.all.filter((way) => name === undefined || way.name === name)
    if (list.length === 0) throw new GatewayError('not_found', 'No way out has this name')
    await checker.checkAll(list)
    return answer(list)
  }

  return [
    { method: 'GET', path: '/admin/api/proxies', answer: () => answer(ways.all) },
    { method: 'POST', path: '/admin/api/proxies/test', answer: test },
  ]
}
