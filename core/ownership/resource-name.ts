import { hash } from 'node:crypto'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** For what lasts until it is deleted: ten years. */
const LASTING = 3_650 * DAY

/**
 * The collections of Google's API whose members belong to the project that made them, and how long a member lasts
 * where no answer says so, in milliseconds: https://ai.google.dev/api
 */
export const COLLECTIONS = {
  files: 48 * HOUR,
  cachedContents: HOUR,
  batches: 60 * DAY,
  operations: 60 * DAY,
  interactions: 60 * DAY,
  generatedFiles: 60 * DAY,
  auth_tokens: DAY,
  fileSearchStores: LASTING,
  tunedModels: LASTING,
  corpora: LASTING,
  agents: LASTING,
  credentials: LASTING,
  environments: LASTING,
  triggers: LASTING,
  voices: LASTING,
  webhooks: LASTING,
} as const satisfies Record<string, number>

export type Collection = keyof typeof COLLECTIONS

/** Whether members of a collection belong to a project. */
export function isOwned(collection: string): collection is Collection {
  return Object.hasOwn(COLLECTIONS, collection)
}

const ADDRESS = /^https?:\/\/[^/?#]+(?:\/[^?#]*)?\/v1(?:beta|alpha)?\/(.+)$/
const ID = /^[\w-][\w.-]{0,255}$/

/**
 * The resource that a text names, as a name (`files/abc`, also of what lies below it) or as Google's address of it;
 * undefined where it names none that belongs to a project. The name of a token is a secret, so its digest stands
 * in its place.
 */
export function toResourceName(text: string): string | undefined {
  const [path = ''] = (ADDRESS.exec(text)?.[1] ?? text).split(/[?#]/, 1)
  const [collection = '', id = '', below, last] = path.replace(/:\w+$/, '').split('/')
  if (!ID.test(id)) return undefined
  if (collection === 'models')
    return below === 'operations' && last ? `models/${id}/operations/${last}` : undefined
  if (!isOwned(collection)) return undefined
  return collection === 'auth_tokens' ? `auth_tokens/${hash('sha256', id)}` : `${collection}/${id}`
}

/** The collection that a resource is listed in: `files`, `models/veo/operations`. */
export function collectionOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'))
}

/** How long a resource lasts where its answer does not say, in milliseconds. */
export function lifetimeOf(name: string): number {
  const collection = collectionOf(name).split('/').at(-1) ?? ''
  return isOwned(collection) ? COLLECTIONS[collection] : DAY
}
