import {
  isRecord,
  optional,
  required,
  toBoolean,
  toInteger,
  toOneOf,
  toRecord,
} from '../../core/codec/request-values.ts'
import { amountOf, amountOfTokens, EFFORTS, type ModelTraits } from '../../core/models.ts'

type Body = Readonly<Record<string, unknown>>

/** What of other vendors' ways to ask for thoughts clients send; none is OpenAI's own. */
export const WISHES = ['chat_template_kwargs', 'enable_thinking', 'thinking'] as const

/**
 * Google's `thinkingConfig`: by `reasoning_effort`, else by what clients of DeepSeek, Qwen or vLLM send. Whoever asks
 * for thinking also sees it.
 */
export function toThinking(
  body: Body,
  { thinking }: ModelTraits,
  notes: string[],
): Record<string, unknown> | undefined {
  const effort = optional(body, 'reasoning_effort', (value, param) => toOneOf(value, param, EFFORTS))
  const wish = wishIn(body)
  const by = effort === undefined ? wish?.by : 'reasoning_effort'
  if (by === undefined) return undefined
  if (!thinking) {
    if (effort !== undefined || wish?.isOn) notes.push(`${by}: the model takes none`)
    return undefined
  }
  if (effort === 'none' || (effort === undefined && !wish?.isOn)) return { ...amountOf('none', thinking) }
  if (effort !== undefined) return { ...amountOf(effort, thinking), includeThoughts: true }
  const amount = wish?.tokens === undefined ? {} : amountOfTokens(wish.tokens, thinking)
  return { ...amount, includeThoughts: true }
}

/** A wish to think or not to, and the parameter that states it. */
interface Wish {
  readonly by: string
  readonly isOn: boolean
  readonly tokens?: number | undefined
}

function wishIn(body: Body): Wish | undefined {
  const thinking = optional(body, 'thinking', readThinking)
  const isOn = optional(body, 'enable_thinking', toBoolean)
  const template = optional(body, 'chat_template_kwargs', readTemplate)
  if (thinking) return { by: 'thinking', ...thinking }
  if (isOn !== undefined) return { by: 'enable_thinking', isOn }
  return template === undefined ? undefined : { by: 'chat_template_kwargs', isOn: template }
}

function readThinking(value: unknown, param: string): Omit<Wish, 'by'> {
  const stated = toRecord(value, param)
  const isKind = (kind: unknown, at: string) => toOneOf(kind, at, ['enabled', 'disabled', 'adaptive', 'auto'])
  const kind = required(stated, 'type', isKind, `${param}.type`)
  const isCount = (count: unknown, at: string) => toInteger(count, at, 0, 2 ** 31 - 1)
  const tokens = optional(stated, 'budget_tokens', isCount, `${param}.budget_tokens`)
  return { isOn: kind !== 'disabled', tokens }
}

function readTemplate(value: unknown, param: string): boolean | undefined {
  const stated = toRecord(value, param)
  const own = optional(stated, 'enable_thinking', toBoolean, `${param}.enable_thinking`)
  return own ?? optional(stated, 'thinking', toBoolean, `${param}.thinking`)
}

/** The names of what was passed by within them. */
export function ignoredOfWishes({ chat_template_kwargs: template, thinking }: Body): string[] {
  return [
    ...namesBeside(template, ['enable_thinking', 'thinking'], 'chat_template_kwargs'),
    ...namesBeside(thinking, ['type', 'budget_tokens'], 'thinking'),
  ]
}

function namesBeside(value: unknown, known: readonly string[], place: string): string[] {
  const names = isRecord(value) ? Object.keys(value) : []
  return names.filter((name) => !known.includes(name)).map((name) => `${place}.${name}`)
}
