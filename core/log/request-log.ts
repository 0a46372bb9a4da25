import type { RequestRecord, Store } from '../store.ts'
import { bothEnds } from './both-ends.ts'

/** The way of log rows from calls to storage. Nothing on a call's way waits for it. */
export interface RequestLog {
  /**
   * Takes a row in O(1); never waits, never throws. When the queue is full the oldest rows go. Of more than 50
   * failures the first and the last 25 are kept.
   */
  push(row: RequestRecord): void
  /** Settles when all rows taken so far are stored, or storing them has failed; never rejects. */
  flush(): Promise<void>
  /** Stores what is left, says how many rows were lost if that fails, and takes no more. */
  close(): Promise<void>
}

export interface RequestLogOptions {
  readonly records: Store['requests']
  warn(message: string, fields: Record<string, unknown>): void
  /** Milliseconds since 1970. */
  now(): number
  /** Rows that may wait; 10 000. */
  readonly capacity?: number
  /** Characters of bodies and failures that may wait in all; 64 million. */
  readonly capacityCharacters?: number
  /** How long a row waits for others; 500. */
  readonly everyMilliseconds?: number
  /** Rows stored at once; 500. */
  readonly batch?: number
  readonly keepDays: number
  readonly maxMegabytes: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MEGABYTE = 1024 * 1024
const LONGEST_RETRY = 30_000
/** Characters of bodies and failures stored at once: a store may be synchronous inside, and calls wait meanwhile. */
const BATCH_CHARACTERS = 1_000_000
/** About what a failure takes beside its text. */
const FAILURE_CHARACTERS = 200

/** Starts a log: one writer empties its queue in batches; it is pruned now and then once an hour. */
export function createRequestLog(options: RequestLogOptions): RequestLog {
  const { records, capacity = 10_000, capacityCharacters = 64_000_000 } = options
  const { everyMilliseconds = 500, batch = 500 } = options
  const queue = createQueue(capacity, capacityCharacters)
  const warnOfLoss = createLossWarning(options)
  let timer: ReturnType<typeof setTimeout> | undefined
  let hurried = false
  let writing: Promise<void> | undefined
  let failures = 0
  let closed = false

  function push(row: RequestRecord): void {
    if (closed) return
    const told = bothEnds(row.failures)
    const lost = queue.add(told === row.failures ? row : { ...row, failures: told })
    if (lost > 0) warnOfLoss.add(lost)
    if (isPressing() && !hurried && failures === 0) hurry()
    else if (timer === undefined && writing === undefined) wake(everyMilliseconds)
  }

  function isPressing(): boolean {
    return queue.size() >= batch || queue.characters() >= BATCH_CHARACTERS
  }

  // A full batch need not wait, but is not written here either: this is a call's way.
  function hurry(): void {
    hurried = true
    if (writing === undefined) wake(0)
  }

  function wake(milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(write, milliseconds)
    timer.unref?.()
  }

  function write(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = undefined
      if (queue.size() > 0 && !closed) wake(retryDelay(failures, everyMilliseconds))
    })
    return writing
  }

  async function writeAll(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    let more = queue.size() > 0
    while (more) {
      more = (await writeBatch()) && queue.size() > 0
      if (more) await breathe()
    }
    hurried = false
  }

  async function writeBatch(): Promise<boolean> {
    const rows = queue.take(batch)
    try {
      await records.append(rows)
      failures = 0
      return true
    } catch (error) {
      const lost = queue.putBack(rows)
      if (lost > 0) warnOfLoss.add(lost)
      if (failures++ === 0) options.warn('The request log cannot be stored; it is tried again', { error })
      return false
    }
  }

  async function flush(): Promise<void> {
    // A write that is under way may have taken its last look at the queue.
    await writing
    await write()
  }

  const stopPruning = startPruning(options)

  return {
    push,
    flush,
    async close() {
      if (closed) return
      closed = true
      stopPruning()
      await flush()
      clearTimeout(timer)
      const lost = queue.clear()
      if (lost > 0) warnOfLoss.add(lost)
      warnOfLoss.close()
    },
  }
}

function retryDelay(failures: number, everyMilliseconds: number): number {
  return failures === 0 ? everyMilliseconds : Math.min(LONGEST_RETRY, everyMilliseconds * 2 ** failures)
}

// Lets calls be served between two batches: a store may be synchronous inside.
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

/** A ring: adding and taking cost the same however much waits. Both bounds drop the oldest rows. */
function createQueue(capacity: number, capacityCharacters: number) {
  const slots = new Array<RequestRecord | undefined>(capacity)
  let head = 0
  let size = 0
  let characters = 0

  function takeOne(): RequestRecord {
    const row = slots[head] as RequestRecord
    slots[head] = undefined
    head = (head + 1) % capacity
    size--
    characters -= charactersOf(row)
    return row
  }

  function add(row: RequestRecord): number {
    let lost = 0
    const own = charactersOf(row)
    for (; size > 0 && (size === capacity || characters + own > capacityCharacters); lost++) takeOne()
    slots[(head + size++) % capacity] = row
    characters += own
    return lost
  }

  return {
    size: () => size,
    characters: () => characters,
    add,
    /** At most `rows`, fewer where their bodies are large, one at least. */
    take(rows: number): RequestRecord[] {
      const taken: RequestRecord[] = []
      const end = characters - BATCH_CHARACTERS
      while (size > 0 && taken.length < rows && (taken.length === 0 || characters > end))
        taken.push(takeOne())
      return taken
    },
    /** Rows that failed to be stored go before those that came meanwhile; returns how many had no room. */
    putBack(rows: readonly RequestRecord[]): number {
      const later = Array.from({ length: size }, takeOne)
      let lost = 0
      for (const row of [...rows, ...later]) lost += add(row)
      return lost
    },
    clear(): number {
      return Array.from({ length: size }, takeOne).length
    },
  }
}

function charactersOf(row: RequestRecord): number {
  const failures = row.failures.reduce((sum, { text }) => sum + text.length + FAILURE_CHARACTERS, 0)
  return (row.requestBody?.length ?? 0) + (row.replyBody?.length ?? 0) + failures
}

/** Counts lost rows and tells of them at most once a minute, off the call's way. */
function createLossWarning({ warn, now }: RequestLogOptions) {
  let untold = 0
  let toldAt = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  function tell(): void {
    timer = undefined
    if (untold === 0) return
    warn('Rows of the request log were lost: storage did not keep up', { rows: untold })
    untold = 0
    toldAt = now()
  }

  return {
    add(rows: number): void {
      untold += rows
      if (timer !== undefined) return
      timer = setTimeout(tell, Math.max(0, toldAt + MINUTE - now()))
      timer.unref?.()
    },
    close(): void {
      clearTimeout(timer)
      tell()
    },
  }
}

function startPruning({ records, warn, now, keepDays, maxMegabytes }: RequestLogOptions): () => void {
  let running = false
  async function prune(): Promise<void> {
    if (running) return
    running = true
    try {
      await records.prune({ before: now() - keepDays * DAY, maxBytes: maxMegabytes * MEGABYTE })
    } catch (error) {
      warn('The request log cannot be pruned', { error })
    }
    running = false
  }
  const timer = setInterval(prune, HOUR)
  timer.unref?.()
  void prune()
  return () => clearInterval(timer)
}
