import type { ResourceRecord, ResourceRecords } from '../store.ts'

/** What is known of resources, on its way to storage. */
export interface ResourceMemory {
  /**
   * Settles when the change would survive the end of this process, or when a first attempt to save it has failed;
   * then it is tried again, and said so. Never rejects.
   */
  save(changes: ResourceChanges): Promise<void>
  /** Saves what is left and takes no more. */
  close(): Promise<void>
}

export interface ResourceChanges {
  readonly put?: readonly ResourceRecord[]
  readonly removed?: readonly ResourceRecord[]
}

export interface ResourceMemoryOptions {
  readonly records: ResourceRecords
  warn(message: string, fields: Record<string, unknown>): void
  /** How long what cannot be saved waits for the next attempt; 1000. */
  readonly retryMilliseconds?: number
}

/** Saves in batches: all that comes while one batch is being written is the next. */
export function createResourceMemory(options: ResourceMemoryOptions): ResourceMemory {
  const { records, warn, retryMilliseconds = 1000 } = options
  const waiting = new Map<string, { readonly resource: ResourceRecord; readonly isGone: boolean }>()
  let saving: Promise<void> | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let hasFailed = false

  async function save({ put = [], removed = [] }: ResourceChanges): Promise<void> {
    for (const resource of removed) waiting.set(placeOf(resource), { resource, isGone: true })
    for (const resource of put) waiting.set(placeOf(resource), { resource, isGone: false })
    if (waiting.size === 0) return
    await saving // it may have begun before this change came
    await flush()
  }

  function flush(): Promise<void> {
    saving ??= write().finally(() => {
      saving = undefined
    })
    return saving
  }

  async function write(): Promise<void> {
    // What comes in the same moment goes along.
    await Promise.resolve()
    const batch = new Map(waiting)
    const changes = [...batch.values()]
    const resources = (isGone: boolean) =>
      changes.filter((change) => change.isGone === isGone).map(({ resource }) => resource)
    try {
      await records.save({ put: resources(false), removed: resources(true) })
      for (const [place, change] of batch) if (waiting.get(place) === change) waiting.delete(place)
      hasFailed = false
    } catch (error) {
      if (!hasFailed) warn('Which project owns which resource cannot be saved; it is tried again', { error })
      hasFailed = true
      clearTimeout(retry)
      retry = setTimeout(flush, retryMilliseconds)
      retry.unref?.()
    }
  }

  return {
    save,
    async close() {
      clearTimeout(retry)
      await saving
      if (waiting.size > 0) await flush()
      clearTimeout(retry)
    },
  }
}

function placeOf({ name, keyId }: ResourceRecord): string {
  return `${keyId} ${name}`
}
