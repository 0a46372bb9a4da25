import { createRecentMap } from './recent-map.ts'

/** How hard a model is to think, as clients state it, from not at all to as much as it can. */
export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
/** One of them. */
export type Effort = (typeof EFFORTS)[number]

/** Gemini's levels of thinking, least first. */
export const THINKING_LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'] as const
/** Gemini's `thinkingLevel`. */
export type ThinkingLevel = (typeof THINKING_LEVELS)[number]

/** What a family of models takes, where families differ. */
export interface ModelTraits {
  /** How an effort is stated: by a level, by a number of tokens (the least above none is told), or not at all. */
  readonly thinking:
    | { readonly levels: readonly ThinkingLevel[] }
    | { readonly budgets: Readonly<Record<Effort, number>>; readonly leastTokens: number }
    | undefined
  readonly systemInstruction: boolean
  /** The richest form of a schema that it takes: see `core/schema-compiler/`. */
  readonly schemas: 'json' | 'openapi'
  /** The most that `maxOutputTokens` may be. */
  readonly maxOutputTokens: number
  /** `frequencyPenalty` and `presencePenalty`. */
  readonly penalties: boolean
  /** Makes several candidates of one request: `candidateCount`. None does so in a stream. */
  readonly candidates: boolean
  /** `mediaResolution` on a part. */
  readonly partResolution: boolean
  /** Pictures and files within a function's response. */
  readonly responseParts: boolean
  /** Functions, or an answer in JSON, beside Google's own tools. */
  readonly mixedTools: boolean
  /** Functions beside an answer in JSON. */
  readonly jsonBesideFunctions: boolean
  /** Answers by Google Search: the tool `googleSearch`. */
  readonly search: boolean
  /** Makes pictures. */
  readonly pictures: boolean
  /** Refuses function calls of the current turn that come back without their thought signature. */
  readonly signatures: boolean
  /** Tokens that a prompt must have before Google caches what it begins with; undefined where it never does. */
  readonly cacheTokens: number | undefined
  /** Gets what any https address holds, where `fileData` names one. */
  readonly fetchesUrls: boolean
  /** The day on which Google ends it, `2026-12-01`, or the month; undefined where none is known. */
  readonly shutdown?: string
  /** The model that Google names in its place. */
  readonly successor?: string
}

/** What the operator states of some models. */
export interface StatedTraits {
  fits(model: string): boolean
  readonly traits: Partial<ModelTraits>
}

/** The newest models; also what is assumed of one that nobody knows yet. */
const NEWEST: ModelTraits = {
  thinking: { levels: ['LOW', 'MEDIUM', 'HIGH'] },
  systemInstruction: true,
  schemas: 'json',
  maxOutputTokens: 65_536,
  penalties: true,
  candidates: false,
  partResolution: true,
  responseParts: true,
  mixedTools: true,
  jsonBesideFunctions: true,
  search: true,
  pictures: false,
  signatures: true,
  cacheTokens: 4_096,
  fetchesUrls: true,
}
const BEFORE_3 = {
  ...NEWEST,
  thinking: undefined,
  partResolution: false,
  responseParts: false,
  mixedTools: false,
  jsonBesideFunctions: false,
  signatures: false,
  cacheTokens: undefined,
  fetchesUrls: false,
}
const BEFORE_2_5 = { ...BEFORE_3, schemas: 'openapi', maxOutputTokens: 8_192, candidates: true } as const
const BUDGETS_2_5 = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
}
const FLASH_2_5 = {
  ...BEFORE_3,
  penalties: false,
  thinking: { budgets: BUDGETS_2_5, leastTokens: 1 },
  cacheTokens: 2_048,
}
/** It cannot stop thinking, and can think longer. */
const PRO_2_5 = {
  ...FLASH_2_5,
  thinking: { budgets: { ...BUDGETS_2_5, none: 128, xhigh: 32_768, max: 32_768 }, leastTokens: 128 },
}
const FLASH_LITE_2_5 = { ...FLASH_2_5, thinking: { budgets: BUDGETS_2_5, leastTokens: 512 } }

/**
 * The first row that fits holds. Source: https://ai.google.dev/gemini-api/docs/models and, of caches,
 * https://ai.google.dev/gemini-api/docs/caching
 */
const FAMILIES: readonly (readonly [name: RegExp, traits: ModelTraits])[] = [
  [/^gemma-3/, { ...BEFORE_2_5, systemInstruction: false, search: false }],
  [/^gemma|^gemini-1\b/, { ...BEFORE_2_5, search: false }],
  [/^gemini-2\.0\b/, BEFORE_2_5],
  [
    /^gemini-2\.5-.*image/,
    { ...BEFORE_3, penalties: false, cacheTokens: 2_048, pictures: true, search: false },
  ],
  [/^gemini-2\.5-.*(tts|audio|live)/, { ...BEFORE_3, penalties: false, cacheTokens: 2_048, search: false }],
  [/^gemini-2\.5-pro/, PRO_2_5],
  [/^gemini-2\.5-flash-lite/, FLASH_LITE_2_5],
  [/^gemini-2\.5/, FLASH_2_5],
  [/image|banana/, { ...NEWEST, thinking: undefined, pictures: true }],
  [/tts|transcribe|embedding/, { ...NEWEST, thinking: undefined, search: false }],
  [/robotics/, { ...NEWEST, thinking: undefined }],
  [/^gemini-4-hydrogen/, { ...NEWEST, thinking: { levels: ['LOW', 'MEDIUM', 'HIGH', 'XHIGH'] } }],
  [
    /^gemini-(3(\.[0-6])?-flash|[\d.]+-flash-lite|flash-lite)/,
    { ...NEWEST, thinking: { levels: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] } },
  ],
]

/** Models whose end is announced. Source: https://ai.google.dev/gemini-api/docs/deprecations */
const ENDS: readonly (readonly [name: RegExp, end: Pick<ModelTraits, 'shutdown' | 'successor'>])[] = [
  [/^gemini-2\.5-pro$/, { shutdown: '2026-12-01', successor: 'gemini-3.8-flash' }],
  [/^gemini-2\.5-flash$/, { shutdown: '2026-12-01', successor: 'gemini-3.5-flash-lite' }],
  [/^gemini-2\.5-flash-image/, { shutdown: '2026-10-02', successor: 'gemini-3.1-flash-image' }],
  [/^gemini-3-pro-preview$/, { shutdown: '2026-03', successor: 'gemini-3.1-pro-preview' }],
  [/^(text-embedding-004|embedding-001)$/, { successor: 'gemini-embedding-001' }],
]

let stated: readonly StatedTraits[] = []
/** Models are asked about several times a call. */
const MOST_KNOWN = 500
let known = createRecentMap<ModelTraits>(MOST_KNOWN)

/** Lays what the operator states over the table, for the whole program; of several that fit the last goes first. */
export function stateTraits(rows: readonly StatedTraits[]): void {
  stated = rows
  known = createRecentMap(MOST_KNOWN)
}

/** What a model takes, by its name without `models/`. */
export function traitsOf(model: string): ModelTraits {
  const found = known.get(model)
  if (found) return found
  const traits = lookUp(model)
  if (model.length <= LONGEST_NAME) known.set(model, traits)
  return traits
}

/** Clients may name anything a model. */
const LONGEST_NAME = 200

function lookUp(model: string): ModelTraits {
  const family = rowOf(FAMILIES, model) ?? NEWEST
  const end = rowOf(ENDS, model)
  const own = stated.filter(({ fits }) => fits(model)).map(({ traits }) => traits)
  return end || own.length > 0 ? Object.assign({}, family, end, ...own) : family
}

function rowOf<T>(rows: readonly (readonly [name: RegExp, row: T])[], model: string): T | undefined {
  return rows.find(([name]) => name.test(model))?.[1]
}

/** Efforts as tokens of a model that thinks between so many. */
export function toBudgets(least: number, most: number): Readonly<Record<Effort, number>> {
  const wanted = { ...BUDGETS_2_5, xhigh: most, max: most }
  const within = EFFORTS.map((effort) => [effort, Math.min(Math.max(wanted[effort], least), most)])
  return Object.fromEntries(within) as Record<Effort, number>
}

/** The level nearest to an effort among those that a model has, which are stated least first. */
export function levelOf(effort: Effort, levels: readonly ThinkingLevel[]): ThinkingLevel {
  const wanted = { none: 0, minimal: 0, low: 1, medium: 2, high: 3, xhigh: 4, max: 4 }[effort]
  const known = levels.filter((level) => THINKING_LEVELS.indexOf(level) <= wanted)
  return known.at(-1) ?? levels[0]!
}

/** An effort as the `thinkingConfig` of a model states it. */
export function amountOf(
  effort: Effort,
  thinking: NonNullable<ModelTraits['thinking']>,
): { thinkingBudget: number } | { thinkingLevel: ThinkingLevel } {
  if ('budgets' in thinking) return { thinkingBudget: thinking.budgets[effort] }
  return { thinkingLevel: levelOf(effort, thinking.levels) }
}

/**
 * A number of tokens to think with, as the `thinkingConfig` of a model states it: the nearest that it takes, or the
 * nearest level. −1 leaves the amount to the model.
 */
export function amountOfTokens(
  tokens: number,
  thinking: NonNullable<ModelTraits['thinking']>,
): { thinkingBudget?: number; thinkingLevel?: ThinkingLevel } {
  if (!('budgets' in thinking)) return tokens < 0 ? {} : amountOf(toEffort(tokens), thinking)
  if (tokens < 0) return { thinkingBudget: -1 }
  if (tokens === 0) return amountOf('none', thinking)
  return { thinkingBudget: Math.min(Math.max(tokens, thinking.leastTokens), thinking.budgets.max) }
}

/** Tokens as an effort, for models that only have levels. */
function toEffort(tokens: number): Effort {
  if (tokens < 2_048) return 'minimal'
  return tokens < 10_000 ? 'medium' : 'high'
}
