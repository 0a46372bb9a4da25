import { type Behaviour, USED_BY } from './behaviours.ts'

/** Narrows a script to one model or one method (Google's name of it, such as `listModels`, or the HTTP verb). */
export interface ScriptFilter {
  readonly model?: string
  readonly method?: string
}

/** What a script looks at. */
export interface ScriptedCall {
  readonly key: string | undefined
  readonly method: string
  readonly model: string
  readonly operation: string
}

/** The answers that were ordered in advance, per key. */
export interface Scripts {
  add(key: string, behaviours: Behaviour | readonly Behaviour[], filter?: ScriptFilter): void
  /** True when this very key was ever named in a script. */
  knows(key: string): boolean
  /** Uses up and returns the next behaviour for a call: the key's own before those of `*`. */
  take(call: ScriptedCall): Behaviour | undefined
  clear(): void
}

interface Entry {
  readonly behaviour: Behaviour
  readonly filter: ScriptFilter
  remaining: number
}

/** Scripts in memory; each key's are used up in the order they were added. */
export function createScripts(): Scripts {
  const queues = new Map<string, Entry[]>()
  return {
    add: (key, behaviours, filter = {}) => {
      const list = Array.isArray(behaviours)
        ? (behaviours as readonly Behaviour[])
        : [behaviours as Behaviour]
      const entries = list.map((behaviour) => ({ behaviour, filter, remaining: timesOf(behaviour) }))
      queues.set(key, [...(queues.get(key) ?? []), ...entries])
    },
    knows: (key) => key !== '*' && queues.has(key),
    take: (call) => takeFrom(queues.get(call.key ?? ''), call) ?? takeFrom(queues.get('*'), call),
    clear: () => queues.clear(),
  }
}

function timesOf({ times = 1 }: Behaviour): number {
  // JSON writes `Infinity` as null.
  return times === 'forever' || times === null ? Number.POSITIVE_INFINITY : times
}

function takeFrom(queue: Entry[] | undefined, call: ScriptedCall): Behaviour | undefined {
  const index = queue?.findIndex((entry) => isFor(entry, call)) ?? -1
  const entry = queue?.[index]
  if (!queue || !entry) return undefined
  entry.remaining -= 1
  if (entry.remaining <= 0) queue.splice(index, 1)
  return entry.behaviour
}

function isFor({ behaviour, filter, remaining }: Entry, call: ScriptedCall): boolean {
  if (remaining <= 0) return false
  if (filter.model !== undefined && filter.model !== call.model) return false
  if (filter.method !== undefined) return filter.method === call.operation || filter.method === call.method
  const usedBy = USED_BY[behaviour.kind]
  if (usedBy === 'every') return true
  return usedBy === 'model' ? call.model !== '' && call.method === 'POST' : isGeneration(call.operation)
}

/** True for the two methods that generate content. */
export function isGeneration(operation: string): boolean {
  return operation === 'generateContent' || operation === 'streamGenerateContent'
}
