import type { Part } from '../../core/canonical.ts'
import type { PluginStore } from '../../core/plugin.ts'

/** What is kept of one place in an answer. */
export interface Kept {
  /** The model that made it. */
  readonly model: string
  readonly signature?: string
  /** Parts of Google's own tools, which no client has a place for. */
  readonly parts?: readonly Part[]
}

/** Signatures by the names of their places. */
export interface KeptSignatures {
  /** Settles when what an earlier run kept is known, which is read once; undefined where it is known already. */
  load(): Promise<void> | undefined
  /** Knows what earlier tasks have put. */
  get(place: string): Kept | undefined
  /** Runs a task that may `put`, soon and off any call's way. */
  later(task: () => void): void
  /** Keeps one from now on; `write` puts it on disk. */
  put(place: string, kept: Kept): void
  /** Writes what is new, and forgets what is old. */
  write(): Promise<void>
}

/** How much is kept, and how long. */
export interface KeepingLimits {
  /** Of all together, as JSON. */
  readonly bytes: number
  /** Of one document; a full one is not written again. */
  readonly segmentBytes: number
  readonly milliseconds: number
}

/** Agents pause for hours, and people over night. */
export const LIMITS: KeepingLimits = {
  bytes: 32 * 1024 * 1024,
  segmentBytes: 256 * 1024,
  milliseconds: 48 * 3_600_000,
}

interface Surroundings {
  readonly store: PluginStore
  readonly limits: KeepingLimits
  /** Milliseconds since 1970. */
  now(): number
  failed(cause: unknown): void
}

/** Entries that were kept in one span of time, and are one document of the store. */
interface Segment {
  readonly name: string
  readonly at: number
  readonly entries: Map<string, Kept>
  bytes: number
  isWritten: boolean
}

/** Keeps signatures in memory, and in a few documents of a plugin's store. The oldest give way. */
export function keepSignatures({ store, limits, now, failed }: Surroundings): KeptSignatures {
  /** The oldest first; the last one grows. */
  const segments: Segment[] = []
  const tasks: (() => void)[] = []
  const bySegment = new Map<string, Segment>()
  let total = 0
  let count = 0
  let writing: Promise<void> = Promise.resolve()
  let reading: Promise<void> | undefined
  let isRead = false

  function load(): Promise<void> | undefined {
    if (isRead) return undefined
    reading ??= readSegments()
      .catch(failed)
      .then(() => {
        isRead = true
      })
    return reading
  }

  async function readSegments(): Promise<void> {
    const names = (await store.names()).filter((name) => NAME.test(name))
    const found = await Promise.all(names.map(async (name) => ({ name, document: await store.get(name) })))
    const earlier = found.sort((one, other) => inTime(one.name, other.name))
    const read = earlier.map(({ name, document }) => toSegment(name, document))
    segments.unshift(...read)
    // What this run has put already is newer, and what was put last before it comes next.
    for (const segment of read.toReversed()) {
      for (const [place, kept] of segment.entries) {
        weigh(segment, place, kept)
        if (!bySegment.has(place)) bySegment.set(place, segment)
      }
    }
  }

  function weigh(segment: Segment, place: string, kept: Kept): void {
    const bytes = sizeOf(place, kept)
    segment.bytes += bytes
    total += bytes
  }

  function growing(): Segment {
    const last = segments.at(-1)
    const segment = last && isOpen(last) ? last : open()
    segment.isWritten = false
    return segment
  }

  function isOpen({ bytes, at }: Segment): boolean {
    return bytes < limits.segmentBytes && now() - at < limits.milliseconds / SPANS
  }

  function open(): Segment {
    const at = now()
    const segment = { name: `${at}.${count++}`, at, entries: new Map(), bytes: 0, isWritten: false }
    segments.push(segment)
    return segment
  }

  function forget(): string[] {
    const gone: string[] = []
    for (let [oldest] = segments; oldest && isTooMuch(oldest); [oldest] = segments) {
      segments.shift()
      for (const place of oldest.entries.keys()) if (bySegment.get(place) === oldest) bySegment.delete(place)
      total -= oldest.bytes
      gone.push(oldest.name)
    }
    return gone
  }

  function isTooMuch({ at }: Segment): boolean {
    return total > limits.bytes || now() - at > limits.milliseconds
  }

  /** A client may ask again before the timer fires. What a task throws nobody else could catch. */
  function settle(): void {
    for (const task of tasks.splice(0)) {
      try {
        task()
      } catch (cause) {
        failed(cause)
      }
    }
  }

  async function writeAll(): Promise<void> {
    await load()
    settle()
    for (const name of forget()) await store.delete(name)
    for (const segment of segments.filter(({ isWritten }) => !isWritten)) {
      segment.isWritten = true
      await store.put(segment.name, [...segment.entries])
    }
  }

  return {
    load,
    get(place) {
      settle()
      return bySegment.get(place)?.entries.get(place)
    },
    later(task) {
      if (tasks.push(task) === 1) setTimeout(settle, 0)
    },
    put(place, kept) {
      const segment = growing()
      const isNew = !segment.entries.has(place)
      segment.entries.set(place, kept)
      if (isNew) weigh(segment, place, kept)
      bySegment.set(place, segment)
    },
    write() {
      writing = writing.then(writeAll).catch(failed)
      return writing
    },
  }
}

/** A segment that hardly grows is closed after this part of the time that it is kept. */
const SPANS = 48
const NAME = /^\d+\.\d+$/
const timeOf = (name: string) => Number(name.split('.')[0])

/** Of two names the one that was made first. */
function inTime(one: string, other: string): number {
  const [time = 0, count = 0] = one.split('.').map(Number)
  const [otherTime = 0, otherCount = 0] = other.split('.').map(Number)
  return time - otherTime || count - otherCount
}

function sizeOf(place: string, { signature = '', parts }: Kept): number {
  return place.length + signature.length + (parts ? JSON.stringify(parts).length : 0) + 64
}

/** A document of another version of this gateway holds nothing. */
function toSegment(name: string, document: unknown): Segment {
  const entries = Array.isArray(document) ? document.filter(isEntry) : []
  return { name, at: timeOf(name), entries: new Map(entries), bytes: 0, isWritten: true }
}

function isEntry(value: unknown): value is [string, Kept] {
  if (!Array.isArray(value) || typeof value[0] !== 'string') return false
  const kept: unknown = value[1]
  return typeof kept === 'object' && kept !== null && typeof (kept as Kept).model === 'string'
}
