import type { Model } from '../../core/canonical.ts'
import { GatewayError } from '../../core/errors.ts'

/** One page of `ListModels`: https://ai.google.dev/api/models#method:-models.list */
export interface ModelPage {
  readonly models: readonly Model[]
  readonly nextPageToken?: string
}

/** The page that `pageSize` (50, at most 1 000) and `pageToken` of a query ask for. */
export function toModelPage(models: readonly Model[], query: URLSearchParams): ModelPage {
  const size = toPageSize(query.get('pageSize') ?? query.get('page_size'))
  const start = toStart(query.get('pageToken') ?? query.get('page_token'))
  const end = start + size
  const page = { models: models.slice(start, end) }
  return end < models.length ? { ...page, nextPageToken: btoa(`models:${end}`) } : page
}

function toPageSize(text: string | null): number {
  if (text === null || text === '') return 50
  const size = Number(text)
  if (!Number.isInteger(size) || size < 0) {
    throw new GatewayError('invalid_request', `Invalid value at 'page_size' (TYPE_INT32), "${text}"`, {
      param: 'pageSize',
    })
  }
  return Math.min(size || 50, 1_000)
}

function toStart(token: string | null): number {
  if (token === null || token === '') return 0
  const start = /^models:(\d+)$/.exec(fromBase64(token))?.[1]
  if (start === undefined)
    throw new GatewayError('invalid_request', 'Invalid page token', { param: 'pageToken' })
  return Number(start)
}

function fromBase64(text: string): string {
  try {
    return atob(text)
  } catch {
    return ''
  }
}
