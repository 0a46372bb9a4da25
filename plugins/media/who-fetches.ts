import { isHostAllowed } from '../../core/fetch/allowed-url.ts'
import { traitsOf } from '../../core/models.ts'
import type { HostSettings } from '../../core/plugin.ts'

/** Whether Google is to get what an address holds: where the settings say so, the model does that, and Google can. */
export function isLeftToGoogle(url: string, model: string, settings: HostSettings['media']): boolean {
  if (settings.fetch !== 'google' || !traitsOf(model).fetchesUrls) return false
  const parsed = URL.parse(url)
  return parsed?.protocol === 'https:' && !isHostAllowed(parsed, settings)
}
