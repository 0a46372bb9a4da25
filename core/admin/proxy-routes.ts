import { Type } from '@sinclair/typebox'
import { GatewayError } from '../errors.ts'
import type { Service } from '../service/open-service.ts'
import { allOf, type Services } from '../service/open-services.ts'
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
  const { services, redactor, limits } = desk
  const answer = (list: readonly ServiceWay[]) =>
    toJson({ items: list.map(toItem), total: list.length }, redactor)

  const test = async ({ request }: AdminRequest) => {
    const { name } = await readBody(request, Test, limits)
    const list = waysOf(services).filter(({ way }) => name === undefined || way.name === name)
    if (list.length === 0) throw new GatewayError('not_found', 'No way out has this name')
    await Promise.all(
      allOf(services).map(({ checker, name: upstream }) =>
        checker.checkAll(list.filter(({ service }) => service.name === upstream).map(({ way }) => way)),
      ),
    )
    return answer(list)
  }

  return [
    { method: 'GET', path: '/admin/api/proxies', answer: () => answer(waysOf(services)) },
    { method: 'POST', path: '/admin/api/proxies/test', answer: test },
  ]
}

/** A way to one of the services; the same proxy may lead to one and not to another. */
interface ServiceWay {
  readonly way: Way
  readonly service: Service
}

/** Those of the Gemini API, and of each other service that has keys. */
function waysOf(services: Services): ServiceWay[] {
  const used = allOf(services).filter(({ name, pool }) => name === 'gemini' || pool.total > 0)
  return used.flatMap((service) => service.ways.all.map((way) => ({ way, service })))
}

function toItem({ way, service }: ServiceWay) {
  return { ...toWayView(way, service.breakers), upstream: service.name }
}
