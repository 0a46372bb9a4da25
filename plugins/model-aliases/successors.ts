import type { Model } from '../../core/canonical.ts'
import { GatewayError } from '../../core/errors.ts'
import { byPattern } from '../../core/models/by-pattern.ts'
import { traitsOf } from '../../core/models.ts'
import type { ModelNaming } from './naming.ts'

/** A model, or a pattern → the one that clients are told to use in its place. */
export type Successors = Readonly<Record<string, string>>

/** Those that the table of models has no more: https://ai.google.dev/gemini-api/docs/deprecations */
const GONE: Successors = {
  'gemini-1.*-pro*': 'gemini-3.1-pro-preview',
  'gemini-1.*-flash-8b*': 'gemini-3.5-flash-lite',
  'gemini-1.*-flash*': 'gemini-3.8-flash',
  'gemini-pro': 'gemini-3.1-pro-preview',
  'gemini-pro-vision': 'gemini-3.1-pro-preview',
  'gemini-2.0-pro*': 'gemini-3.1-pro-preview',
  'gemini-2.0-flash-lite*': 'gemini-3.5-flash-lite',
  'gemini-2.0-flash*': 'gemini-3.8-flash',
  'imagen-*-ultra*': 'gemini-3-pro-image',
  'imagen-*': 'gemini-3.1-flash-image',
}

/** Names what takes the place of models that Google retires. */
export interface SuccessorNaming {
  /** An error that says that a model is not there, with its successor named; undefined for any other. */
  error(error: GatewayError, model: string): GatewayError | undefined
  /** The list, in which each model that is to go names what comes after it: `successor`, and in words. */
  list(models: readonly Model[]): readonly Model[]
}

/**
 * By the plugin's config first, then by the table of models, which the operator may correct, then by what went before.
 * A name that was given to another model has no successor, and none is named that clients may not ask for.
 */
export function createSuccessorNaming(
  configured: Successors,
  { shownAs, isGiven }: Pick<ModelNaming, 'shownAs' | 'isGiven'>,
): SuccessorNaming {
  const byConfig = byPattern(configured)
  const byPast = byPattern(GONE)

  function successorOf(model: string): string | undefined {
    if (isGiven(model)) return undefined
    const successor = byConfig(model) ?? traitsOf(model).successor ?? byPast(model)
    return successor === undefined || successor === model ? undefined : shownAs(successor)
  }

  return {
    error(error, model) {
      const successor = error.status === 404 ? successorOf(model) : undefined
      return successor === undefined ? undefined : withSuccessor(error, successor)
    },
    list: (models) =>
      models.map((model) => {
        const successor = successorOf(model.name.replace(/^models\//, ''))
        return successor === undefined ? model : succeeded(model, successor)
      }),
  }
}

/** What names it already stays as it is. */
function withSuccessor(error: GatewayError, successor: string): GatewayError {
  const hinted = (text: string) =>
    text.includes(successor) ? text : `${ended(text)} Its successor is ${successor}.`
  const { kind, message, upstream, retryAfterSeconds, param, code, facts, cause } = error
  const google = upstream?.error
  return new GatewayError(kind, hinted(message), {
    ...{ retryAfterSeconds, param, code, facts, cause },
    upstream: google
      ? { ...upstream, error: { ...google, message: hinted(google.message ?? '') } }
      : upstream,
  })
}

function succeeded(model: Model, successor: string): Model {
  const words = typeof model.description === 'string' ? `${ended(model.description)} ` : ''
  return {
    ...model,
    successor,
    description: `${words}Google retires it; its successor is ${successor}.`,
  }
}

function ended(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`
}
