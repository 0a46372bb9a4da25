import type { MeterRecord, MeterRecords } from '../store.ts'

/** What was counted, on its way to storage. */
export interface QuotaMemory {
  /** Saves what is left and takes no more; never rejects. */
  close(): Promise<void>
}

export interface QuotaMemoryOptions {
  readonly records: MeterRecords
  /** What changed since it was asked last. */
  takeChanges(): readonly MeterRecord[]
  warn(message: string, fields: Record<string, unknown>): void
  readonly everyMilliseconds?: number
}

/** Saves what changed once a second, so that a crash loses a second of counting at most. */
export function createQuotaMemory(options: QuotaMemoryOptions): QuotaMemory {
  const { records, takeChanges, warn, everyMilliseconds = 1000 } = options
  const unsaved = new Map<string, MeterRecord>()
  let saving: Promise<void> = Promise.resolve()
  let hasWarned = false
  const timer = setInterval(() => {
    saving = saving.then(save)
  }, everyMilliseconds)
  timer.unref?.()

  async function save(): Promise<void> {
    for (const record of takeChanges()) unsaved.set(JSON.stringify([record.project, record.model]), record)
    if (unsaved.size === 0) return
    try {
      await records.save([...unsaved.values()])
      unsaved.clear()
      hasWarned = false
    } catch (error) {
      if (!hasWarned) warn('What was counted of quotas cannot be saved; it is tried again', { error })
      hasWarned = true
    }
  }

  return {
    async close() {
      clearInterval(timer)
      await saving
      await save()
    },
  }
}
