import type { Store } from '../store.ts'
import { createTokenEstimates, type TokenEstimates } from './token-estimates.ts'

/** Estimates that know after a restart what they had learned before it. */
export interface KeptEstimates extends TokenEstimates {
  /** Saves what is left and saves no more; never rejects. */
  close(): Promise<void>
}

export interface KeptEstimatesOptions {
  readonly documents: Pick<Store['documents'], 'get' | 'put'>
  warn(message: string, fields: Record<string, unknown>): void
  /** How often what changed is saved; a minute where absent, since what is lost is soon learned again. */
  readonly everyMilliseconds?: number
}

const SCOPE = 'core'
const DOCUMENT = 'token-estimates'

/** Estimates as they were saved. Never rejects: what cannot be read is learned anew. */
export async function openTokenEstimates(options: KeptEstimatesOptions): Promise<KeptEstimates> {
  const { documents, warn, everyMilliseconds = 60_000 } = options
  const estimates = createTokenEstimates(await load())
  let saved = JSON.stringify(estimates.ratios())
  let saving: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    saving = saving.then(save)
  }, everyMilliseconds)
  timer.unref?.()

  async function load(): Promise<unknown> {
    try {
      return await documents.get(SCOPE, DOCUMENT)
    } catch (error) {
      warn('What was learned of the size of calls could not be read', { error })
      return undefined
    }
  }

  async function save(): Promise<void> {
    const ratios = estimates.ratios()
    const text = JSON.stringify(ratios)
    if (text === saved) return
    try {
      await documents.put(SCOPE, DOCUMENT, ratios)
      saved = text
    } catch (error) {
      warn('What was learned of the size of calls cannot be saved; it is tried again', { error })
    }
  }

  return {
    ...estimates,
    async close() {
      clearInterval(timer)
      await saving
      await save()
    },
  }
}
