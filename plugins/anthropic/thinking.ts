import {
  optional,
  refuse,
  required,
  toInteger,
  toOneOf,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'
import { amountOf, amountOfTokens, EFFORTS, type Effort, type ModelTraits } from '../../core/models.ts'

type Body = Readonly<Record<string, unknown>>

/** How a request wants its model to think. */
export interface Thinking {
  /** Google's `thinkingConfig`; undefined leaves it to the model. */
  readonly config: Readonly<Record<string, unknown>> | undefined
  /** The client counts with thoughts, even if it does not want to read them. */
  readonly isOn: boolean
}

/**
 * `thinking` and `output_config.effort`. Tokens are stated to models that count them, a level to the others; an
 * effort decides where no tokens are stated. A request without either leaves all to the model.
 */
export function readThinking(body: Body, { thinking }: ModelTraits, notes: string[]): Thinking {
  const stated = optional(body, 'thinking', (value, param) => readStated(value, param, notes))
  const effort = optional(body, 'output_config', readEffort)
  if (!stated && effort === undefined) return { config: undefined, isOn: false }
  const isOn = stated !== undefined && !stated.isOff
  if (!thinking) {
    notes.push('thinking: the model takes none')
    return { config: undefined, isOn }
  }
  const amount = toAmount(stated, effort, thinking)
  const shows = stated?.isShown ? { includeThoughts: true } : {}
  const config = { ...amount, ...shows }
  return { config: Object.keys(config).length > 0 ? config : undefined, isOn }
}

interface Stated {
  readonly isOff: boolean
  readonly budget: number | undefined
  readonly isShown: boolean
}

function readStated(value: unknown, param: string, notes: string[]): Stated {
  const thinking = toRecord(value, param)
  const type = toOneOf(thinking.type, `${param}.type`, ['enabled', 'adaptive', 'between_tools', 'disabled'])
  const display = optional(thinking, 'display', toText, `${param}.display`)
  if (display !== undefined && !DISPLAYS.includes(display))
    notes.push('thinking.display: not known; thoughts are shown')
  const isOff = type === 'disabled'
  const budget =
    type === 'enabled' ? required(thinking, 'budget_tokens', toBudget, `${param}.budget_tokens`) : undefined
  return { isOff, budget, isShown: !isOff && display !== 'omitted' }
}

/** `updates` is Claude Code's, with a beta of its own; betas add others. */
const DISPLAYS: readonly string[] = ['summarized', 'updates', 'omitted']

function toBudget(value: unknown, param: string): number {
  const budget = toInteger(value, param, 0, 2 ** 31 - 1)
  if (budget >= LEAST_BUDGET) return budget
  return refuse('invalid_value', param, `'${param}' must be at least ${LEAST_BUDGET}, not ${budget}`)
}

/** Anthropic's limit. */
const LEAST_BUDGET = 1024

function readEffort(value: unknown, param: string): Effort | undefined {
  const config = toRecord(value, param)
  return optional(config, 'effort', (each, at) => toOneOf(each, at, EFFORTS), `${param}.effort`)
}

function toAmount(
  stated: Stated | undefined,
  effort: Effort | undefined,
  thinking: NonNullable<ModelTraits['thinking']>,
) {
  if (stated?.isOff) return amountOf('none', thinking)
  if (stated?.budget === undefined) return effort && amountOf(effort, thinking)
  return amountOfTokens(stated.budget, thinking)
}
