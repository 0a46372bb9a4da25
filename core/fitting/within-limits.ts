import type { Content, GenerateContentRequest } from '../canonical.ts'
import { isRecord } from '../codec/request-values.ts'
import { THINKING_LEVELS, type ThinkingLevel } from '../models.ts'
import type { ModelLimits } from './model-limits.ts'

type Config = NonNullable<GenerateContentRequest['generationConfig']>

/** A request within what its model takes, and what that cost; the same request where it was. */
export interface Limited {
  readonly request: GenerateContentRequest
  readonly notes: readonly string[]
}

/** Moves what a request asks for to the nearest that the model takes; what it takes none of is left out. */
export function withinLimits(request: GenerateContentRequest, limits: ModelLimits): Limited {
  const notes: string[] = []
  const note = (text: string) => void notes.push(text)
  const before = request.generationConfig
  const config =
    before && withinThinking(withinOutput(without(before, limits, note), limits, note), limits, note)
  const configured = config === before ? request : { ...request, generationConfig: config as Config }
  const limited = limits.system === false ? withoutSystem(configured, note) : configured
  return { request: limited, notes }
}

type Note = (text: string) => void

function without(config: Config, { without: fields = [] }: ModelLimits, note: Note): Config {
  const refused = fields.filter((field) => config[field] !== undefined)
  if (refused.length === 0) return config
  for (const field of refused) note(`${field}: the model takes none`)
  return Object.fromEntries(Object.entries(config).filter(([field]) => !refused.includes(field)))
}

function withinOutput(config: Config, { maxOutputTokens: most }: ModelLimits, note: Note): Config {
  const { maxOutputTokens: wanted } = config
  if (most === undefined || typeof wanted !== 'number' || wanted <= most) return config
  note(`maxOutputTokens: ${most}, the most that the model writes`)
  return { ...config, maxOutputTokens: most }
}

function withinThinking(config: Config, limits: ModelLimits, note: Note): Config {
  const { thinkingConfig: thinking } = config
  if (!isRecord(thinking)) return config
  const { thinkingLevel: level, thinkingBudget: budget } = thinking
  const changes: Record<string, unknown> = {}
  const nearest = typeof level === 'string' ? nearestLevel(level, limits.levels) : level
  if (nearest !== level) {
    changes.thinkingLevel = nearest
    note(`thinkingLevel: ${nearest} instead of ${level}, which the model has not`)
  }
  const legal = typeof budget === 'number' ? nearestBudget(budget, limits.budgets) : budget
  if (legal !== budget) {
    changes.thinkingBudget = legal
    note(`thinkingBudget: ${legal} instead of ${budget}, which the model does not take`)
  }
  if (limits.oneThinking && level !== undefined && budget !== undefined) {
    changes.thinkingBudget = undefined
    note('thinkingBudget: left out, the model takes it or a level')
  }
  return Object.keys(changes).length === 0
    ? config
    : { ...config, thinkingConfig: { ...thinking, ...changes } }
}

/** The lower one of two that are as near. */
function nearestLevel(level: string, legal: readonly ThinkingLevel[] | undefined): string {
  const wanted = THINKING_LEVELS.indexOf(level.toUpperCase() as ThinkingLevel)
  if (!legal || wanted < 0 || legal.includes(THINKING_LEVELS[wanted]!)) return level
  const distance = (one: ThinkingLevel) => Math.abs(THINKING_LEVELS.indexOf(one) - wanted)
  return legal.reduce((best, one) => (distance(one) < distance(best) ? one : best))
}

/** -1 leaves the amount to the model. */
function nearestBudget(budget: number, legal: ModelLimits['budgets']): number {
  if (!legal || budget === -1) return budget
  return Math.min(Math.max(budget, legal[0]), legal[1])
}

/** The system's words before what the user says first. */
function withoutSystem(request: GenerateContentRequest, note: Note): GenerateContentRequest {
  const { systemInstruction: system, ...rest } = request
  if (!system) return request
  note('systemInstruction: told as the first words of the user, the model has no place for it')
  const [first, ...others] = rest.contents ?? []
  const isUsers = first !== undefined && first.role !== 'model'
  const told: Content = {
    role: 'user',
    parts: [...(system.parts ?? []), ...((isUsers && first.parts) || [])],
  }
  return { ...rest, contents: [told, ...(first && !isUsers ? [first] : []), ...others] }
}
