import type { GenerateContentRequest } from '../../core/canonical.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import { amountOf, amountOfTokens, type Effort, type ModelTraits, traitsOf } from '../../core/models.ts'
import type { Call } from '../../core/plugin.ts'
import { type SuffixWish, wishOf } from './suffixes.ts'

/** What the config says. */
export interface ThinkingWishes {
  amountOf(model: string): number | Effort | undefined
  displayOf(model: string): 'show' | 'hide' | 'inline' | undefined
  readonly force: boolean
}

type Thinking = NonNullable<ModelTraits['thinking']>
type Fields = Readonly<Record<string, unknown>>

/** The call with as much thinking as its suffixes and the config ask for, in terms that its model takes. */
export function withThinking(call: Call, wishes: ThinkingWishes): Call | undefined {
  const wish = wishOf(call.suffixes)
  const { thinking } = traitsOf(call.model)
  if (!thinking) return wish && withNote(call, `${wish.suffix}: the model cannot be told how to think`)
  const place = placeOf(call.request)
  const stated = place.config
  const wanted = amountWanted(wish, wishes.amountOf(call.model))
  const kept = statesAmount(stated) && !wishes.force
  const config = withoutUnthought({
    ...(kept || wanted === undefined ? stated : withoutAmount(stated)),
    ...(!kept && wanted !== undefined && amountIn(wanted, thinking)),
    ...(showsThoughts(call, wish, stated, wishes) && { includeThoughts: true }),
  })
  const note = kept ? noteOfKept(wish, config) : noteOf(wish, thinking)
  const shaped = { ...call, request: place.with(config) }
  return note === undefined ? shaped : withNote(shaped, note)
}

/** Some models think only when they are told to, and the config may have said that one does not; thoughts are wanted. */
function amountWanted(wish: SuffixWish | undefined, configured: number | Effort | undefined) {
  if (wish?.effort !== undefined) return wish.effort
  const isThought = configured !== undefined && configured !== 'none' && configured !== 0
  return wish?.shows && !isThought ? UP_TO_THE_MODEL : configured
}

const UP_TO_THE_MODEL = -1

function amountIn(wanted: number | Effort, thinking: Thinking) {
  return typeof wanted === 'number' ? amountOfTokens(wanted, thinking) : amountOf(wanted, thinking)
}

function showsThoughts(
  { model }: Call,
  wish: SuffixWish | undefined,
  stated: Fields,
  { displayOf, force }: ThinkingWishes,
): boolean {
  const display = displayOf(model)
  const wanted = wish?.effort === 'none' ? false : wish?.shows || display === 'show' || display === 'inline'
  return wanted === true && (force || (stated.includeThoughts ?? stated.include_thoughts) === undefined)
}

/** Google refuses to show thoughts where there are to be none. */
function withoutUnthought(config: Fields): Fields {
  if (!isOff(config)) return config
  const { includeThoughts: _, include_thoughts: __, ...rest } = config
  return rest
}

function isOff(config: Fields): boolean {
  return (config.thinkingBudget ?? config.thinking_budget) === 0
}

function noteOfKept(wish: SuffixWish | undefined, config: Fields): string | undefined {
  const isUnheard = wish?.effort !== undefined || isOff(config)
  return wish && isUnheard ? `${wish.suffix}: the request itself states how to think` : undefined
}

function noteOf(wish: SuffixWish | undefined, thinking: Thinking): string | undefined {
  if (wish?.effort !== 'none' || ('budgets' in thinking && thinking.budgets.none === 0)) return undefined
  return `${wish.suffix}: the model always thinks; it thinks as little as it can`
}

function withNote(call: Call, note: string): Call {
  return { ...call, notes: [...call.notes, note] }
}

const AMOUNTS = ['thinkingBudget', 'thinkingLevel', 'thinking_budget', 'thinking_level']

function statesAmount(config: Fields): boolean {
  return AMOUNTS.some((name) => config[name] != null)
}

function withoutAmount(config: Fields): Fields {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !AMOUNTS.includes(name)))
}

/** A request's `thinkingConfig`, in whichever spelling a client of Google's wrote it, and the request with another. */
function placeOf(request: GenerateContentRequest) {
  const outer = isRecord(request.generation_config) ? 'generation_config' : 'generationConfig'
  const around = isRecord(request[outer]) ? request[outer] : {}
  const inner = isRecord(around.thinking_config) ? 'thinking_config' : 'thinkingConfig'
  const config: Fields = isRecord(around[inner]) ? around[inner] : {}
  return {
    config,
    with(changed: Fields): GenerateContentRequest {
      if (Object.keys(changed).length === 0) return request
      return { ...request, [outer]: { ...around, [inner]: changed } }
    },
  }
}
