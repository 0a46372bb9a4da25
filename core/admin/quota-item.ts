import { limitOf, type Meter, usedOf } from '../quota/meter.ts'
import { QUOTA_WINDOWS, type QuotaWindow } from '../quota/quota-window.ts'
import type { Service } from '../service/open-service.ts'

/** One limit, or one count without a limit. */
interface WindowItem {
  readonly window: QuotaWindow
  readonly used: number
  /** The one that holds: the tighter of what is stated and what was learned; absent where neither is known. */
  readonly limit?: number
  readonly stated?: number
  readonly learned?: number
  /** When Google named it last; milliseconds since 1970. */
  readonly learnedAt?: number
}

/** What a project spent on a model, what it may, and whether it rests; times in milliseconds since 1970. */
export function toQuotaItem(meter: Meter, service: Pick<Service, 'name' | 'quotas' | 'pool'>, now: number) {
  const { name: upstream, quotas, pool } = service
  const { project, model } = meter
  const rest = pool.restOf(project, model)
  const windows = QUOTA_WINDOWS.flatMap((window): WindowItem[] => {
    const used = usedOf(meter, quotas.clock, window, now)
    const limit = limitOf(meter, window, now)
    if (limit === undefined && used === 0) return []
    const learned = meter.learned[window]
    return [
      { window, used, limit, stated: meter.stated[window], learned: learned?.limit, learnedAt: learned?.at },
    ]
  })
  return {
    project,
    model,
    upstream,
    windows,
    cachedShareToday: meter.dayTokens > 0 ? meter.dayCachedTokens / meter.dayTokens : undefined,
    state: rest?.state ?? 'active',
    reason: rest?.reason ?? '',
    returnsAt: rest?.until,
  }
}
