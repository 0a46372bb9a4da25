import type { KeyRecord, RestRecord, Store } from '../store.ts'

/** What the pool learned, on its way to storage. */
export interface KeyMemory {
  /** A later change of the same key, or of the same project and model, replaces an earlier. Never throws. */
  changed(changes: KeyChanges): void
  /** Settles when all changes taken so far are saved, or saving them has failed; never rejects. */
  flush(): Promise<void>
  /** Saves what is left, says so if that fails, and takes no more. */
  close(): Promise<void>
}

export interface KeyChanges {
  readonly keys: readonly KeyRecord[]
  readonly rests: readonly RestRecord[]
}

export interface KeyMemoryOptions {
  readonly records: Store['keys']
  warn(message: string, fields: Record<string, unknown>): void
  /** How long a change waits for others; 20. */
  readonly delayMilliseconds?: number
}

const LONGEST_RETRY = 5_000

/** Saves changes one batch at a time; a batch that fails is kept and tried again. */
export function createKeyMemory({ records, warn, delayMilliseconds = 20 }: KeyMemoryOptions): KeyMemory {
  let waiting = emptyChanges()
  let timer: ReturnType<typeof setTimeout> | undefined
  let saving: Promise<void> | undefined
  let failures = 0
  let closed = false

  function changed({ keys, rests }: KeyChanges): void {
    if (closed) return
    for (const key of keys) waiting.keys.set(key.id, key)
    for (const rest of rests) waiting.rests.set(placeOf(rest), rest)
    if (timer === undefined && saving === undefined && isAnyIn(waiting)) wake()
  }

  function wake(): void {
    timer = setTimeout(save, Math.min(LONGEST_RETRY, delayMilliseconds * 2 ** failures))
    // The first try holds the process, so that a short command saves what it learned; retries do not.
    if (failures > 0) timer.unref?.()
  }

  function save(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    saving ??= saveWaiting().finally(() => {
      saving = undefined
      if (isAnyIn(waiting) && !closed) wake()
    })
    return saving
  }

  async function saveWaiting(): Promise<void> {
    if (!isAnyIn(waiting)) return
    const batch = waiting
    waiting = emptyChanges()
    try {
      await records.save({ keys: [...batch.keys.values()], rests: [...batch.rests.values()] })
      failures = 0
    } catch (error) {
      waiting = { keys: merge(batch.keys, waiting.keys), rests: merge(batch.rests, waiting.rests) }
      if (failures++ === 0) warn('The states of keys cannot be saved; it is tried again', { error })
    }
  }

  async function flush(): Promise<void> {
    // A save that is under way does not hold what came after it began.
    await saving
    await save()
  }

  return {
    changed,
    flush,
    async close() {
      if (closed) return
      closed = true
      await flush()
      const { keys, rests } = waiting
      if (isAnyIn(waiting)) warn('States of keys were lost', { keys: keys.size, rests: rests.size })
    },
  }
}

interface Waiting {
  readonly keys: Map<string, KeyRecord>
  readonly rests: Map<string, RestRecord>
}

function emptyChanges(): Waiting {
  return { keys: new Map(), rests: new Map() }
}

function isAnyIn({ keys, rests }: Waiting): boolean {
  return keys.size > 0 || rests.size > 0
}

function placeOf({ project, model }: RestRecord): string {
  return JSON.stringify([project, model])
}

function merge<T>(earlier: Map<string, T>, later: Map<string, T>): Map<string, T> {
  return new Map([...earlier, ...later])
}
