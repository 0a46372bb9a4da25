import type { Model } from '../../core/canonical.ts'
import { type ErrorAnswer, googleError } from './error-answer.ts'

/** A page of `ListModels`. */
export interface ModelPage {
  readonly models?: readonly Model[]
  readonly nextPageToken?: string
}

/** The page that `pageSize` (50 where absent, at most 1000) and `pageToken` ask for, or Google's refusal of them. */
export function listModels(
  models: readonly Model[],
  query: URLSearchParams,
): { body: ModelPage } | { error: ErrorAnswer } {
  const size = Number(query.get('pageSize') ?? query.get('page_size') ?? 0)
  const token = query.get('pageToken') ?? query.get('page_token') ?? ''
  const start =
    token === ''
      ? 0
      : Number(
          Buffer.from(token, 'base64url')
            .toString()
            .replace(/^from:/, ''),
        )
  if (!Number.isInteger(size) || size < 0 || !Number.isInteger(start)) {
    return { error: googleError('INVALID_ARGUMENT', 'Request contains an invalid argument.') }
  }
  const end = start + Math.min(size || 50, 1000)
  const page = { models: models.slice(start, end) }
  return { body: end < models.length ? { ...page, nextPageToken: toToken(end) } : page }
}

function toToken(position: number): string {
  return Buffer.from(`from:${position}`).toString('base64url')
}
