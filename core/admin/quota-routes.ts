import { Type } from '@sinclair/typebox'
import { type AdminDesk, type AdminRequest, type AdminRoute, toJson } from './admin-route.ts'
import { readQuery } from './check-input.ts'
import { toQuotaItem } from './quota-item.ts'

const Text = Type.Optional(Type.String({ minLength: 1 }))
const QuotaQuery = Type.Object(
  {
    project: Text,
    model: Text,
    limit: Type.Integer({ minimum: 0, maximum: 1000, default: 50 }),
    offset: Type.Integer({ minimum: 0, default: 0 }),
  },
  { additionalProperties: false },
)

/** What each project spent on each model that it was used for. */
export function quotaRoutes({ quotas, pool, redactor, now }: AdminDesk): readonly AdminRoute[] {
  const list = ({ url }: AdminRequest) => {
    const { project, model, limit, offset } = readQuery(url, QuotaQuery)
    const found = [...quotas.meters()].filter(
      (meter) => (project ?? meter.project) === meter.project && (model ?? meter.model) === meter.model,
    )
    const page = found.slice(offset, offset + limit)
    const items = page.map((meter) => toQuotaItem(meter, quotas, pool, now()))
    return toJson({ items, total: found.length }, redactor)
  }
  return [{ method: 'GET', path: '/admin/api/quotas', answer: list }]
}
