import type { Model } from '../../core/canonical.ts'
import { GatewayError } from '../../core/errors.ts'
import { byPattern } from '../../core/models/by-pattern.ts'

/** A model, or a pattern → the one that clients are told to use in its place. */
export type Successors = Readonly<Record<string, string>>

/** Source: https://ai.google.dev/gemini-api/docs/deprecations */
const KNOWN: Successors = {
  'gemini-1.*-pro*': 'gemini-3.1-pro-preview',
  'gemini-1.*-flash-8b*': 'gemini-3.5-flash-lite',
  'gemini-1.*-flash*': 'gemini-3.8-flash',
  'gemini-pro': 'gemini-3.1-pro-preview',
  'gemini-pro-vision': 'gemini-3.1-pro-preview',
  'gemini-2.0-pro*': 'gemini-3.1-pro-preview',
  'gemini-2.0-flash-lite*': 'gemini-3.5-flash-lite',
  'gemini-2.0-flash*': 'gemini-3.8-flash',
  'gemini-2.5-pro': 'gemini-3.8-flash',
  'gemini-2.5-flash': 'gemini-3.5-flash-lite',
  'gemini-3-pro-preview': 'gemini-3.1-pro-preview',
  'imagen-*-ultra*': 'gemini-3-pro-image',
  'imagen-*': 'gemini-3.1-flash-image',
  'text-embedding-004': 'gemini-embedding-001',
  'embedding-001': 'gemini-embedding-001',
}

/** Names what takes the place of models that Google retires. */
export interface SuccessorNaming {
  /** An error that says that a model is not there, with its successor named; undefined for any other. */
  error(error: GatewayError, model: string): GatewayError | undefined
  /** The list, in which each model that is to go names what comes after it: `successor`, and in words. */
  list(models: readonly Model[]): readonly Model[]
}

/** By the config first, and then by what is known of Google's plans. */
export function createSuccessorNaming(configured: Successors): SuccessorNaming {
  const byConfig = byPattern(configured)
  const byGoogle = byPattern(KNOWN)

  function successorOf(model: string): string | undefined {
    const successor = byConfig(model) ?? byGoogle(model)
    return successor === model ? undefined : successor
  }

  return {
    error(error, model) {
      const successor = error.status === 404 ? successorOf(model) : undefined
      return successor === undefined ? undefined : withHint(error, ` Its successor is ${successor}.`)
    },
    list: (models) =>
      models.map((model) => {
        const successor = successorOf(model.name.replace(/^models\//, ''))
        return successor === undefined ? model : succeeded(model, successor)
      }),
  }
}

function withHint(error: GatewayError, hint: string): GatewayError {
  const { kind, message, upstream, retryAfterSeconds, param, code, facts, cause } = error
  const google = upstream?.error
  return new GatewayError(kind, ended(message) + hint, {
    ...{ retryAfterSeconds, param, code, facts, cause },
    upstream: google
      ? { ...upstream, error: { ...google, message: ended(google.message ?? '') + hint } }
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
