import { type ModelTraits, THINKING_LEVELS, type ThinkingLevel, traitsOf } from '../models.ts'
import { namesSchemaField } from '../schema-compiler/schema-refusal.ts'

/** What a model turned out not to take, as its refusals say. */
export interface ModelLimits {
  /** Schemas of the stricter form only. */
  readonly schemas?: 'openapi'
  /** The levels of thinking that it has, least first. */
  readonly levels?: readonly ThinkingLevel[]
  /** The least and most tokens of thinking that may be asked for. */
  readonly budgets?: readonly [least: number, most: number]
  /** It takes either a level or a budget. */
  readonly oneThinking?: true
  /** The most that `maxOutputTokens` may be. */
  readonly maxOutputTokens?: number
  /** Fields of `generationConfig` that it takes none of. */
  readonly without?: readonly string[]
  /** It takes no `systemInstruction`. */
  readonly system?: false
  /** It is held to JSON only where it has no functions. */
  readonly jsonBesideFunctions?: false
  /** It makes one candidate of a request. */
  readonly oneCandidate?: true
}

/**
 * What Google's refusal of a request (the text of a 400) teaches of the model, together with what was `known`;
 * undefined where it teaches nothing.
 */
export function limitsIn(text: string, model: string, known: ModelLimits): ModelLimits | undefined {
  for (const read of LESSONS) {
    const limits = read(text, model, known)
    if (limits) return { ...known, ...limits }
  }
  return undefined
}

type Lesson = (text: string, model: string, known: ModelLimits) => ModelLimits | undefined

const LESSONS: readonly Lesson[] = [
  (text) => (namesSchemaField(text) ? { schemas: 'openapi' } : undefined),
  oneThinkingIn,
  levelsIn,
  budgetsIn,
  outputIn,
  withoutIn,
  (text) =>
    /(developer|system) instructions? (is|are) not (enabled|supported)/i.test(text)
      ? { system: false }
      : undefined,
  (text) =>
    /function calling with .*mime type.* unsupported/i.test(text)
      ? { jsonBesideFunctions: false }
      : undefined,
  (text) => (/multiple candidates|candidate_?count/i.test(text) ? { oneCandidate: true } : undefined),
]

function oneThinkingIn(text: string): ModelLimits | undefined {
  const names = /thinking.?budget/i.test(text) && /thinking.?level/i.test(text)
  return names &&
    /not supported together|only (set )?one|both|cannot be (set|used) (together|with)/i.test(text)
    ? { oneThinking: true }
    : undefined
}

/** "Thinking level MEDIUM is not supported for this model. Please retry with other thinking level" */
function levelsIn(text: string, model: string, { levels }: ModelLimits): ModelLimits | undefined {
  const refused = /thinking.?level:?\W+(\w+) is (?:not supported|invalid|not allowed)/i.exec(text)?.[1]
  if (refused === undefined) return undefined
  const named = namedLevels(
    /(?:supported|valid|allowed|one of|legal)[^.]*?:?((?:\W+(?:and |or )?(?:MINIMAL|LOW|MEDIUM|HIGH|XHIGH)\b)+)/i.exec(
      text,
    )?.[1],
  )
  const before = levels ?? levelsOf(traitsOf(model))
  const left = named.length > 0 ? named : before.filter((level) => level !== refused.toUpperCase())
  return left.length > 0 ? { levels: left } : undefined
}

function namedLevels(text = ''): readonly ThinkingLevel[] {
  const words = text.toUpperCase().split(/\W+/)
  return THINKING_LEVELS.filter((level) => words.includes(level))
}

function levelsOf({ thinking }: ModelTraits): readonly ThinkingLevel[] {
  return thinking && 'levels' in thinking ? thinking.levels : THINKING_LEVELS
}

/** "The thinking budget 0 is invalid. Please choose a value between 128 and 32768." */
function budgetsIn(text: string): ModelLimits | undefined {
  if (!/budget\W+-?\d+ is (invalid|not supported|out of range)/i.test(text)) return undefined
  const range = /between (\d+) and (\d+)/.exec(text) ?? /(\d+) to (\d+)/.exec(text)
  if (range) return { budgets: [Number(range[1]), Number(range[2])] }
  return /only works in thinking mode/i.test(text) ? { budgets: ALWAYS_THINKING } : undefined
}

/** Of models that cannot stop thinking: https://ai.google.dev/gemini-api/docs/thinking */
const ALWAYS_THINKING = [128, 32_768] as const

/** "… has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive)." */
function outputIn(text: string): ModelLimits | undefined {
  if (!/max_?output_?tokens/i.test(text)) return undefined
  const most = /to (\d+) \((exclusive|inclusive)\)/.exec(text)
  return most ? { maxOutputTokens: Number(most[1]) - (most[2] === 'exclusive' ? 1 : 0) } : undefined
}

const REFUSED_FIELDS: readonly (readonly [refusal: RegExp, fields: readonly string[]])[] = [
  [/Penalty is not enabled for/i, ['presencePenalty', 'frequencyPenalty']],
  [/Thinking is not (enabled|supported)/i, ['thinkingConfig']],
  [/Logprobs is not enabled/i, ['responseLogprobs', 'logprobs']],
]

function withoutIn(text: string, _model: string, { without = [] }: ModelLimits): ModelLimits | undefined {
  const fields = REFUSED_FIELDS.find(([refusal]) => refusal.test(text))?.[1]
  return fields && { without: [...new Set([...without, ...fields])] }
}
