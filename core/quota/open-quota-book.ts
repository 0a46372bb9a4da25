import type { UpstreamName } from '../keys.ts'
import type { Settings } from '../settings/settings.ts'
import type { Store } from '../store.ts'
import { createPacificDays } from './pacific-day.ts'
import { createQuotaBook, type QuotaBook } from './quota-book.ts'
import { createStatedLimits } from './stated-limits.ts'

/** The quota book of one service, with the limits that the settings state for it and what was saved. */
export async function openQuotaBook(
  { quota }: Settings,
  { meters }: Pick<Store, 'meters'>,
  upstream: UpstreamName,
): Promise<QuotaBook> {
  return createQuotaBook({
    clock: { days: createPacificDays(), lateness: 0 },
    minuteMilliseconds: quota.minuteSeconds * 1000,
    saved: await meters.load(),
    stated: createStatedLimits(quota.limits.filter((limit) => (limit.upstream ?? 'gemini') === upstream)),
  })
}
