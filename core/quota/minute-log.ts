/** What was spent at about one time. */
export interface Spending {
  /** When the first of it was spent; milliseconds since 1970. */
  readonly from: number
  /** When the last of it was. */
  at: number
  requests: number
  tokens: number
}

/**
 * What was spent within the last minute: it slides, so that it is never above what any minute of Google's holds,
 * wherever that one begins.
 */
export interface MinuteLog {
  /** Adds a call; the entry may hold other calls that came at nearly the same time. */
  add(now: number, tokens: number): Spending
  /** Changes what was added before; without effect once the entry has left the minute. */
  correct(entry: Spending, requests: number, tokens: number): void
  requests(now: number): number
  tokens(now: number): number
  /** When at most so many requests, or tokens, are left in the minute; `now` where that is so already. */
  whenAtMost(what: 'requests' | 'tokens', most: number, now: number): number
  /** The entries within the minute, oldest first; without a time all that are held, of which some may be over. */
  entries(now?: number): readonly Spending[]
  /** Puts these in place of all others, oldest first; whoever added one may still correct it here. */
  restore(entries: readonly Spending[]): void
}

/** Calls closer together than this part of a minute share an entry. */
const SLICES = 240
/** Added to the minute, as a part of it: a call may take longer to Google than the one a minute before it. */
const MARGIN = 1 / 240

/** A log in which nothing was spent. */
export function createMinuteLog(minuteMilliseconds: number): MinuteLog {
  const slice = minuteMilliseconds / SLICES
  const span = minuteMilliseconds * (1 + MARGIN)
  let log: Spending[] = []
  let first = 0
  const sum = { requests: 0, tokens: 0 }

  /** Where the clock was set back, what was spent counts from now on: it would else be spent for as long as that. */
  function keepPast(now: number): void {
    for (let index = log.length - 1; index >= first && log[index]!.at > now; index--) log[index]!.at = now
  }

  function expire(now: number): void {
    for (let entry = log[first]; entry !== undefined && entry.at + span <= now; entry = log[++first]) {
      sum.requests -= entry.requests
      sum.tokens -= entry.tokens
    }
    if (first > 64 && first * 2 > log.length) {
      log = log.slice(first)
      first = 0
    }
  }

  function isGone(entry: Spending): boolean {
    return first >= log.length || entry.at < log[first]!.at
  }

  return {
    add(now, tokens) {
      keepPast(now)
      expire(now)
      let entry = log.at(-1)
      if (entry === undefined || first >= log.length || Math.abs(now - entry.from) >= slice) {
        entry = { from: now, at: now, requests: 0, tokens: 0 }
        log.push(entry)
      }
      entry.at = now
      entry.requests++
      entry.tokens += tokens
      sum.requests++
      sum.tokens += tokens
      return entry
    },
    correct(entry, requests, tokens) {
      if (isGone(entry)) return
      entry.requests += requests
      entry.tokens += tokens
      sum.requests += requests
      sum.tokens += tokens
    },
    requests(now) {
      keepPast(now)
      expire(now)
      return sum.requests
    },
    tokens(now) {
      keepPast(now)
      expire(now)
      return sum.tokens
    },
    whenAtMost(what, most, now) {
      keepPast(now)
      expire(now)
      let left = sum[what]
      for (let index = first; index < log.length && left > most; index++) {
        const entry = log[index]!
        left -= entry[what]
        if (left <= most) return entry.at + span
      }
      return now
    },
    entries(now) {
      if (now !== undefined) expire(now)
      return log.slice(first)
    },
    restore(entries) {
      log = [...entries]
      first = 0
      sum.requests = entries.reduce((total, { requests }) => total + requests, 0)
      sum.tokens = entries.reduce((total, { tokens }) => total + tokens, 0)
    },
  }
}
