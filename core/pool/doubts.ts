import { createDueHeap } from './due-heap.ts'
import type { Entry } from './roster.ts'

/** A key that Google may have stopped taking. */
export interface Doubt {
  readonly entry: Entry
  readonly reason: string
  /** When it began; milliseconds since 1970. */
  readonly since: number
  /** True while a verdict is awaited. */
  isPending: boolean
  /** When to ask again, where the last verdict was 'unknown'. */
  due: number
  /** How many verdicts were 'unknown'. */
  unknowns: number
}

/** The keys in doubt. */
export interface Doubts {
  begin(entry: Entry, reason: string): void
  end(entry: Entry): void
  /** Nobody could tell: asks again after a minute, then after twice as long each time, up to an hour. */
  postpone(entry: Entry): void
  /** Asks again about the keys whose time has come. */
  recall(now: number): void
  /** The lowest of `laterOf(entry, time)` over all keys in doubt, `time` being the earliest a verdict may come. */
  firstReturn(laterOf: (entry: Entry, time: number) => number, ceiling: number): number
  /** When a verdict on the key may come at the earliest. */
  verdictAt(doubt: Doubt): number
}

const ASK_AGAIN = 60_000
const ASK_AGAIN_AT_MOST = 3_600_000
/** A verdict under way is not known to come at any time; clients are told to come back so much later. */
const VERDICT = 1000

/** Doubts that `ask` for a verdict: once at the beginning, once each time one is due again. */
export function createDoubts(now: () => number, ask: (entry: Entry) => void): Doubts {
  const pending = new Set<Doubt>()
  const postponed = createDueHeap<Doubt>()

  function begin(entry: Entry, reason: string): void {
    const doubt = { entry, reason, since: now(), isPending: true, due: 0, unknowns: 0 }
    entry.doubt = doubt
    pending.add(doubt)
    ask(entry)
  }

  function end(entry: Entry): void {
    if (entry.doubt !== undefined) pending.delete(entry.doubt)
    entry.doubt = undefined
  }

  function postpone({ doubt }: Entry): void {
    if (doubt === undefined || !doubt.isPending) return
    pending.delete(doubt)
    doubt.isPending = false
    doubt.due = now() + Math.min(ASK_AGAIN * 2 ** doubt.unknowns, ASK_AGAIN_AT_MOST)
    doubt.unknowns++
    postponed.push(doubt)
  }

  function recall(time: number): void {
    for (let doubt = postponed.take(time); doubt !== undefined; doubt = postponed.take(time)) {
      if (doubt.entry.doubt !== doubt) continue
      doubt.isPending = true
      pending.add(doubt)
      ask(doubt.entry)
    }
  }

  function firstReturn(laterOf: (entry: Entry, time: number) => number, ceiling: number): number {
    const soon = now() + VERDICT
    let best = ceiling
    for (const { entry } of pending) {
      if (best <= soon) break
      best = Math.min(best, laterOf(entry, soon))
    }
    return postponed.lowest(
      (doubt) => (doubt.entry.doubt === doubt ? laterOf(doubt.entry, doubt.due) : Infinity),
      best,
    )
  }

  const verdictAt = (doubt: Doubt) => (doubt.isPending ? now() + VERDICT : doubt.due)
  return { begin, end, postpone, recall, firstReturn, verdictAt }
}
