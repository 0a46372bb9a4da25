import type { Settings } from '../settings/settings.ts'
import type { Store } from '../store.ts'
import { createPacificDays } from './pacific-day.ts'
import { createQuotaBook, type QuotaBook } from './quota-book.ts'
import { createStatedLimits } from './stated-limits.ts'

/** The quota book of the settings, with what was saved. */
export async function openQuotaBook(
  { quota }: Settings,
  { meters }: Pick<Store, 'meters'>,
): Promise<QuotaBook> {
  return createQuotaBook({
    clock: { days: createPacificDays(), lateness: 0 },
    minuteMilliseconds: quota.minuteSeconds * 1000,
    saved: await meters.load(),
    stated: createStatedLimits(quota.limits),
  })
}
