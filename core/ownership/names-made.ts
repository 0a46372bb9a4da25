import { toResourceName } from './resource-name.ts'

/** A resource that an answer tells of. */
export interface Made {
  readonly name: string
  /** Milliseconds since 1970; where absent it lasts as long as its kind does. */
  readonly expiresAt?: number
  /** Of an upload in progress: where at Google its bytes go, path and query. */
  readonly uploadPath?: string
}

/** Fields that hold a resource's own name, or the address of one that was made. */
const FIELDS = new Set(['name', 'uri', 'fileUri', 'file_uri', 'responsesFile', 'responses_file'])
const TIMES = ['expirationTime', 'expiration_time', 'expireTime', 'expire_time']
/** Answers are not nested deeper where they tell of resources. */
const DEEPEST = 12

/** Every resource that an answer of `collection` tells of, the one that the answer is among them. */
export function namesMade(answer: unknown, collection: string): readonly Made[] {
  const made = new Map<string, Made>()
  const add = (item: Made) => {
    if (item.expiresAt !== undefined || !made.has(item.name)) made.set(item.name, item)
  }
  collect(answer, add, 0)
  const own = idOf(answer)
  const name = own === undefined ? undefined : toResourceName(`${collection}/${own}`)
  if (name !== undefined) add({ name })
  return [...made.values()]
}

/** Newer parts of the API call a resource by a bare `id`. */
function idOf(answer: unknown): string | undefined {
  const { id, name } = (answer ?? {}) as Record<string, unknown>
  return typeof id === 'string' && typeof name !== 'string' ? id : undefined
}

function collect(value: unknown, add: (item: Made) => void, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return
  if (Array.isArray(value)) {
    for (const item of value) collect(item, add, depth + 1)
    return
  }
  const expiresAt = expiryOf(value as Record<string, unknown>)
  for (const [field, item] of Object.entries(value)) {
    const name = typeof item === 'string' && FIELDS.has(field) ? toResourceName(item) : undefined
    if (name === undefined) collect(item, add, depth + 1)
    else add(expiresAt === undefined ? { name } : { name, expiresAt })
  }
}

function expiryOf(value: Record<string, unknown>): number | undefined {
  for (const field of TIMES) {
    const time = Date.parse(String(value[field] ?? ''))
    if (Number.isFinite(time)) return time
  }
  return undefined
}
