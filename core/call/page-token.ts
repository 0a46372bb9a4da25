import { Buffer } from 'node:buffer'
import { GatewayError } from '../errors.ts'

/** Where the next page of a list over several projects begins. */
export interface PageStart {
  /** Stands for the project; projects are asked in the order of these. */
  readonly project: string
  /** Google's own token of the page that it begins in; '' for the first. */
  readonly token: string
  /** How many of that page's items were given already. */
  readonly skip: number
}

/** The beginning of a list. */
export const FIRST_PAGE: PageStart = { project: '', token: '', skip: 0 }

/** The token that a client gets for a list of `collection`. */
export function toPageToken(collection: string, { project, token, skip }: PageStart): string {
  return Buffer.from(JSON.stringify([collection, project, token, skip])).toString('base64url')
}

/** What a client's token stands for; throws a GatewayError for one that this list did not give. */
export function fromPageToken(collection: string, text: string | null): PageStart {
  if (text === null || text === '') return FIRST_PAGE
  const [of, project, token, skip] = parse(text)
  if (of === collection && typeof project === 'string' && typeof token === 'string' && isCount(skip))
    return { project, token, skip }
  throw new GatewayError('invalid_request', 'Invalid page token', { param: 'pageToken' })
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function parse(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
