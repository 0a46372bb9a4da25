import { fitsModel } from '../model-pattern.ts'
import type { Settings } from '../settings/settings.ts'
import type { QuotaLimits } from './quota-window.ts'

type QuotaSetting = Settings['quota']['limits'][number]

/**
 * The operator's limits for a project and model: of several entries that fit, a later one says more of what both
 * speak of.
 */
export function createStatedLimits(
  settings: readonly QuotaSetting[],
): (project: string, model: string) => QuotaLimits {
  return (project, model) => {
    const limits: QuotaLimits = {}
    for (const setting of settings) {
      if (setting.project !== undefined && setting.project !== project) continue
      if (setting.model !== undefined && !fitsModel(setting.model, model)) continue
      Object.assign(limits, toLimits(setting))
    }
    return limits
  }
}

function toLimits(setting: QuotaSetting): QuotaLimits {
  const limits: QuotaLimits = {
    'requests/minute': setting.requestsPerMinute,
    'tokens/minute': setting.tokensPerMinute,
    'requests/day': setting.requestsPerDay,
    'tokens/day': setting.tokensPerDay,
  }
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined))
}
