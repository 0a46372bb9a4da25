import type { Model } from '../canonical.ts'
import { GatewayError } from '../errors.ts'

const MAX_PAGES = 20

/**
 * All models of one project, page by page (https://ai.google.dev/api/models#method:-models.list). A page that
 * is none ends the list. Rejects as `fetchPage` does, and with `bad_upstream` when there was no model at all.
 */
export async function fetchModelList(fetchPage: (query: string) => Promise<unknown>): Promise<Model[]> {
  const models: Model[] = []
  let token = ''
  for (let count = 0; count < MAX_PAGES; count++) {
    const page = toPage(await fetchPage(queryOf(token)))
    models.push(...page.models)
    if (page.nextPageToken === '' || page.nextPageToken === token) break
    token = page.nextPageToken
  }
  if (models.length > 0) return models
  throw new GatewayError('bad_upstream', 'Google gave no usable list of models')
}

/** True for what can be listed: anything with a name. */
export function isModel(value: unknown): value is Model {
  return isRecord(value) && typeof value.name === 'string' && value.name !== ''
}

function queryOf(token: string): string {
  return `?pageSize=1000${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`
}

function toPage(page: unknown): { models: Model[]; nextPageToken: string } {
  const { models, nextPageToken }: Record<string, unknown> = isRecord(page) ? page : {}
  return {
    models: Array.isArray(models) ? models.filter(isModel) : [],
    nextPageToken: typeof nextPageToken === 'string' ? nextPageToken : '',
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
