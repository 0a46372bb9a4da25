import { type GatewayError, isGatewayError } from '../errors.ts'
import { toModelPattern } from '../models/model-pattern.ts'
import type { KeyLoop } from './key-loop.ts'
import type { UpstreamRequest } from './upstream.ts'

export interface FallbackOptions {
  /** Pattern of the model asked for → models to try in its place, in order; the first pattern that fits counts. */
  readonly models: Readonly<Record<string, readonly string[]>>
  /** No other model is begun after it. */
  readonly deadlineMilliseconds: number
  /** Milliseconds on a clock that never goes back. */
  readonly elapsed: () => number
}

/**
 * A key loop in which other models stand in for one that is spent, overloaded or gone, for generations only.
 * A call that no model answers is refused as the model it asked for refused it. What a client did wrong
 * never moves its call.
 */
export function withFallback(keyLoop: KeyLoop, options: FallbackOptions): KeyLoop {
  const { deadlineMilliseconds, elapsed } = options
  const rows = Object.entries(options.models).map(([pattern, models]) => ({
    fits: toModelPattern(pattern),
    models,
  }))
  if (rows.length === 0) return keyLoop

  return {
    async run(request, trace, leaving, read) {
      const begun = elapsed()
      try {
        return await keyLoop.run(request, trace, leaving, read)
      } catch (refused) {
        const cause = causeOf(refused)
        for (const model of cause === undefined ? [] : othersFor(request)) {
          if (elapsed() - begun >= deadlineMilliseconds) break
          const { other, notes } = forModel(request, model)
          const answer = await answerOf(keyLoop.run(other, trace, leaving, read), leaving)
          if (answer === undefined) continue
          trace.fallback = { model, note: `answered by ${model}: ${request.model} ${cause}` }
          trace.notes.push(...notes.filter((note) => !trace.notes.includes(note)))
          return answer.value
        }
        throw refused
      }
    },
  }

  function othersFor(request: UpstreamRequest): readonly string[] {
    const { model = '', keyId, path } = request
    // What must go by one key is of one model.
    if (keyId !== undefined) return []
    if (model === '' || !GENERATION.test(path) || !path.includes(placeOf(model))) return []
    const models = rows.find(({ fits }) => fits(model))?.models ?? []
    return models.filter((other) => other !== model)
  }
}

/** The request as another model is asked it. */
function forModel(request: UpstreamRequest, model: string) {
  const path = request.path.replace(placeOf(request.model ?? ''), () => placeOf(model))
  const { body, notes = [] } = request.forModel?.(model) ?? {}
  const other: UpstreamRequest = { ...request, model, path, ...(body !== undefined && { body: () => body }) }
  return { other, notes }
}

const placeOf = (model: string) => `/models/${encodeURIComponent(model)}:`

const GENERATION = /:(streamGenerateContent|generateContent)(\?|$)/

/** Undefined where the model refused. That the client has left, and what is no model's failure, rejects. */
async function answerOf<T>(answer: Promise<T>, leaving: AbortSignal): Promise<{ value: T } | undefined> {
  try {
    return { value: await answer }
  } catch (thrown) {
    if (leaving.aborted || !isGatewayError(thrown)) throw thrown
    return undefined
  }
}

/** Why another model may do better, as a clause; undefined where none would. */
function causeOf(refused: unknown): string | undefined {
  if (!isGatewayError(refused)) return undefined
  switch (refused.kind) {
    case 'rate_limited':
      return 'is spent'
    case 'no_available_keys':
      return 'has no usable key'
    case 'overloaded':
      return 'is overloaded'
    case 'upstream_timeout':
      return 'does not answer'
    case 'upstream_refused':
      return causeOfStatus(refused)
    default:
      return undefined
  }
}

function causeOfStatus({ status, upstream }: GatewayError): string | undefined {
  switch (status) {
    case 429:
      return 'is spent'
    case 500:
      return 'fails'
    case 503:
      return 'is overloaded'
    case 504:
      return 'does not answer'
    case 404:
      return GONE.test(upstream?.error?.message ?? '') ? 'is gone' : undefined
    default:
      return undefined
  }
}

/** Google's words for a model that it does not have, or not any more; a file or a cache can be missing too. */
const GONE =
  /^(models\/\S+ is not found for API version|Publisher Model \S+ (was )?not found|This model (\S+ )?is no longer available)/i
