import type { UsageMetadata } from '../canonical.ts'
import { isRecord } from '../faults/google-error.ts'
import { parseMessage } from './setup-message.ts'

/** What a message of Google's tells of its session, beside what it brings to the client. */
export interface GoogleSigns {
  /** By which the session can go on over another connection, as it is now. */
  readonly handle?: string
  /** The session cannot go on over another connection just now. */
  readonly isUnresumable?: boolean
  /** Google will close this connection soon. */
  readonly goesAway?: boolean
  /** Of the last turn. */
  readonly usage?: UsageMetadata
}

const MARKS = /"(sessionResumptionUpdate|goAway|usageMetadata)"/

/** Reads the signs in a message; most have none, and are not parsed. */
export function readSigns(data: string | Uint8Array): GoogleSigns {
  const text = typeof data === 'string' ? data : new TextDecoder().decode(data)
  const message = MARKS.test(text) ? parseMessage(text) : undefined
  if (message === undefined) return NONE
  return {
    ...signsOfUpdate(message.sessionResumptionUpdate),
    ...(message.goAway !== undefined && { goesAway: true }),
    ...(isRecord(message.usageMetadata) && { usage: toUsage(message.usageMetadata) }),
  }
}

const NONE: GoogleSigns = {}

function signsOfUpdate(update: unknown): GoogleSigns {
  if (!isRecord(update)) return NONE
  if (update.resumable !== true) return { isUnresumable: true }
  return typeof update.newHandle === 'string' && update.newHandle !== '' ? { handle: update.newHandle } : NONE
}

/** Live sessions call what the model said its response. */
function toUsage(usage: Record<string, unknown>): UsageMetadata {
  const count = (...names: readonly string[]) =>
    names.map((name) => usage[name]).find((value) => typeof value === 'number') as number | undefined
  return {
    promptTokenCount: count('promptTokenCount'),
    candidatesTokenCount: count('responseTokenCount', 'candidatesTokenCount'),
    thoughtsTokenCount: count('thoughtsTokenCount'),
    cachedContentTokenCount: count('cachedContentTokenCount'),
    toolUsePromptTokenCount: count('toolUsePromptTokenCount'),
    totalTokenCount: count('totalTokenCount'),
  }
}

/** What two turns spent together. */
export function addUsage(one: UsageMetadata | undefined, other: UsageMetadata): UsageMetadata {
  const sum = (name: (typeof COUNTS)[number]) => {
    const counts = [one?.[name], other[name]].filter((count) => count !== undefined)
    return counts.length > 0 ? counts.reduce((total, count) => total + count, 0) : undefined
  }
  return Object.fromEntries(COUNTS.map((name) => [name, sum(name)]))
}

const COUNTS = [
  'promptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
  'toolUsePromptTokenCount',
  'totalTokenCount',
] as const
