import { Type } from '@sinclair/typebox'
import { UPSTREAMS } from '../keys.ts'
import { allOf } from '../service/open-services.ts'
import { type AdminDesk, type AdminRequest, type AdminRoute, toJson } from './admin-route.ts'
import { readQuery } from './check-input.ts'
import { toQuotaItem } from './quota-item.ts'

const Text = Type.Optional(Type.String({ minLength: 1 }))
const QuotaQuery = Type.Object(
  {
    project: Text,
    model: Text,
    upstream: Type.Optional(Type.Union(UPSTREAMS.map((name) => Type.Literal(name)))),
    limit: Type.Integer({ minimum: 0, maximum: 1000, default: 50 }),
    offset: Type.Integer({ minimum: 0, default: 0 }),
  },
  { additionalProperties: false },
)

/** What each project spent on each model that it was used for. */
export function quotaRoutes({ services, redactor, now }: AdminDesk): readonly AdminRoute[] {
  const list = ({ url }: AdminRequest) => {
    const { project, model, upstream, limit, offset } = readQuery(url, QuotaQuery)
    const asked = allOf(services).filter(({ name }) => (upstream ?? name) === name)
    const meters = asked.flatMap((service) =>
      Array.from(service.quotas.meters(), (meter) => ({ meter, service })),
    )
    const found = meters.filter(
      ({ meter }) => (project ?? meter.project) === meter.project && (model ?? meter.model) === meter.model,
    )
    const page = found.slice(offset, offset + limit)
    const items = page.map(({ meter, service }) => toQuotaItem(meter, service, now()))
    return toJson({ items, total: found.length }, redactor)
  }
  return [{ method: 'GET', path: '/admin/api/quotas', answer: list }]
}
