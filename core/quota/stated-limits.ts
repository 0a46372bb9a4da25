import { type ModelPattern, toModelPattern } from '../models/model-pattern.ts'
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
  const rules = settings.map(toRule)
  return (project, model) => {
    const fitting = rules.filter((rule) => (rule.project ?? project) === project && rule.fits(model))
    return Object.assign({}, ...fitting.map(({ limits }) => limits))
  }
}

interface Rule {
  readonly project: string | undefined
  readonly fits: ModelPattern
  readonly limits: QuotaLimits
}

function toRule(setting: QuotaSetting): Rule {
  return { project: setting.project, fits: toModelPattern(setting.model ?? '*'), limits: toLimits(setting) }
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
