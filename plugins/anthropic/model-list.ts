import type { Model } from '../../core/canonical.ts'
import { defined } from '../../core/codec/defined.ts'
import { toInteger } from '../../core/codec/request-values.ts'
import { GatewayError } from '../../core/errors.ts'
import { traitsOf } from '../../core/models.ts'

/** A model as Anthropic describes it: https://docs.anthropic.com/en/api/models-list */
export interface ModelInfo {
  readonly type: 'model'
  readonly id: string
  readonly display_name: string
  /** RFC 3339 */
  readonly created_at: string
  readonly max_input_tokens: number | null
  readonly max_tokens: number | null
  /** Not Anthropic's: the day on which Google ends it, and the model to use then, where they are known. */
  readonly shutdown?: string
  readonly successor?: string
}

/** One page of the list. */
export interface ModelPage {
  readonly data: readonly ModelInfo[]
  readonly has_more: boolean
  readonly first_id: string | null
  readonly last_id: string | null
}

/** The models that generate, by pages: `limit` of them (20), behind `after_id` or before `before_id`. */
export function toModelPage(models: readonly Model[], query: URLSearchParams): ModelPage {
  const all = models.filter(generates).map((model) => toModelInfo(model, idOf(model)))
  const limit = toInteger(Number(query.get('limit') ?? 20), 'limit', 1, 1_000)
  const before = query.get('before_id')
  const end = before === null ? all.length : placeOf(all, before, 'before_id')
  const after = query.get('after_id')
  const start =
    after !== null ? placeOf(all, after, 'after_id') + 1 : before === null ? 0 : Math.max(0, end - limit)
  const data = all.slice(start, Math.min(start + limit, end))
  const hasMore = before !== null && after === null ? start > 0 : start + data.length < end
  return { data, has_more: hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
}

function placeOf(all: readonly ModelInfo[], id: string, param: string): number {
  const place = all.findIndex((model) => model.id === id)
  if (place >= 0) return place
  throw new GatewayError('invalid_request', `'${param}' names no model of the list`, { param })
}

/** Google does not tell when a model was made. */
const CREATED = '1970-01-01T00:00:00Z'

/** A model under the name that the client has for it. */
export function toModelInfo(model: Model, id: string): ModelInfo {
  return {
    type: 'model',
    id,
    display_name: model.displayName ?? idOf(model),
    created_at: CREATED,
    max_input_tokens: numberOf(model.inputTokenLimit),
    max_tokens: numberOf(model.outputTokenLimit),
    ...endOf(model),
  }
}

/** A plugin may know better than Google what comes next. */
function endOf(model: Model) {
  const { shutdown, successor } = traitsOf(idOf(model))
  const next = typeof model.successor === 'string' ? model.successor : successor
  return defined({ shutdown, successor: next })
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

function idOf({ name }: Model): string {
  return name.replace(/^models\//, '')
}

/** Whether it answers messages; a model of a plugin's own need not say what it can do. */
export function generates({ supportedGenerationMethods: methods }: Model): boolean {
  return methods?.includes('generateContent') ?? true
}
