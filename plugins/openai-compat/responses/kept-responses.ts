import type { PluginStore } from '../../../core/plugin.ts'
import type { Item } from './item.ts'

/** A response as it is kept. */
export interface KeptResponse {
  /** Whose it is; nobody else ever sees it. */
  readonly client: string
  /** The response that it goes on from. */
  readonly previous: string | undefined
  /** What its own request said, each item with an id. */
  readonly input: readonly Item[]
  readonly response: Readonly<Record<string, unknown>>
}

/** Responses for `previous_response_id` and for later reading, by their ids. */
export interface KeptResponses {
  /** One of this client's; undefined for any other. */
  get(id: string, client: string): Promise<KeptResponse | undefined>
  /** Keeps one from now on; it is written later, so that no call waits for it. */
  put(id: string, kept: KeptResponse): void
  /** Whether there was one of this client's. */
  delete(id: string, client: string): Promise<boolean>
  /** Forgets those that are too old. */
  sweep(): Promise<void>
  /** Settles when all that was put is written. */
  written(): Promise<void>
}

/** How much is kept, and how long. */
export interface KeepingLimits {
  readonly count: number
  /** Of all together, as JSON. */
  readonly bytes: number
  /** Of one; a bigger one is not kept. */
  readonly bytesEach: number
  readonly milliseconds: number
}

/** OpenAI keeps responses for 30 days too. */
export const LIMITS: KeepingLimits = {
  count: 10_000,
  bytes: 256 * 1024 * 1024,
  bytesEach: 32 * 1024 * 1024,
  milliseconds: 30 * 24 * 3600 * 1000,
}

interface Entry {
  /** The document's: what must be known without reading it stands in its name. */
  readonly name: string
  readonly bytes: number
  readonly at: number
}

interface Surroundings {
  readonly store: PluginStore
  readonly limits: KeepingLimits
  /** Milliseconds since 1970. */
  now(): number
  failed(cause: unknown): void
}

/** Keeps responses in a plugin's store. Where there are too many, those go first that were used longest ago. */
export function keepResponses({ store, limits, now, failed }: Surroundings): KeptResponses {
  /** Not written yet. */
  const pending = new Map<string, KeptResponse>()
  let writing: Promise<void> = Promise.resolve()
  let reading: Promise<Map<string, Entry>> | undefined
  let total = 0

  /** What is there, read once; a Map keeps the order in which names came. */
  function entries(): Promise<Map<string, Entry>> {
    reading ??= readNames()
    return reading
  }

  async function readNames(): Promise<Map<string, Entry>> {
    const found = (await store.names()).flatMap(toEntry).sort(([, one], [, other]) => one.at - other.at)
    total = found.reduce((sum, [, { bytes }]) => sum + bytes, 0)
    return new Map(found)
  }

  async function write(id: string): Promise<void> {
    const known = await entries()
    const kept = pending.get(id)
    if (!kept) return // deleted in the meantime
    try {
      const bytes = JSON.stringify(kept).length
      if (bytes <= limits.bytesEach) await writeDocument(known, id, kept, bytes)
    } finally {
      pending.delete(id)
    }
  }

  async function writeDocument(
    known: Map<string, Entry>,
    id: string,
    kept: KeptResponse,
    bytes: number,
  ): Promise<void> {
    const at = now()
    const name = `${id}.${bytes}.${at}`
    await store.put(name, kept)
    known.set(id, { name, bytes, at })
    total += bytes
    if (!pending.has(id)) await remove(known, id) // deleted while it was written
    await shrink(known)
  }

  async function shrink(known: Map<string, Entry>): Promise<void> {
    for (const id of known.keys()) {
      if (known.size <= limits.count && total <= limits.bytes) return
      await remove(known, id)
    }
  }

  async function remove(known: Map<string, Entry>, id: string): Promise<void> {
    const entry = known.get(id)
    if (!entry) return
    known.delete(id)
    total -= entry.bytes
    await store.delete(entry.name)
  }

  const isOld = ({ at }: Entry) => now() - at > limits.milliseconds

  async function find(id: string): Promise<KeptResponse | undefined> {
    const known = await entries()
    const fresh = pending.get(id)
    if (fresh) return fresh
    const entry = known.get(id)
    if (!entry || isOld(entry)) return undefined
    known.delete(id) // and comes anew: it is in use
    known.set(id, entry)
    return (await store.get(entry.name)) as KeptResponse | undefined
  }

  async function get(id: string, client: string): Promise<KeptResponse | undefined> {
    const kept = await find(id)
    return kept?.client === client ? kept : undefined
  }

  return {
    get,
    put(id, kept) {
      pending.set(id, kept)
      writing = writing
        .then(later)
        .then(() => write(id))
        .catch(failed)
    },
    async delete(id, client) {
      if (!(await get(id, client))) return false
      pending.delete(id)
      await remove(await entries(), id)
      return true
    },
    written: () => writing,
    async sweep() {
      const known = await entries()
      for (const [id, entry] of known) if (isOld(entry)) await remove(known, id)
    },
  }
}

/** The answer goes out first. */
function later(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

function toEntry(name: string): [string, Entry][] {
  const [, id, bytes, at] = /^(resp_\w+)\.(\d+)\.(\d+)$/.exec(name) ?? []
  return id === undefined ? [] : [[id, { name, bytes: Number(bytes), at: Number(at) }]]
}
