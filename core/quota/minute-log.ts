/** What was spent at about one time. */
export interface Spending {
  /** When the first of it was spent; milliseconds since 1970. */
  readonly from: number
  /** When the last of it was. */
  at: number
  requests: number
  tokens: number
}

/** Calls closer together than this part of a minute share an entry. */
const SLICES = 240
/** Added to the minute, as a part of it: a call may take longer to Google than the one a minute before it. */
const MARGIN = 1 / 240

/**
 * What was spent within the last minute: it slides, so that it is never above what any minute of Google's holds,
 * wherever that one begins. The newest entry and the sums are numbers of the log itself: there is a log for each
 * project, and in a large pool a step to one object more takes longer than all the counting.
 */
export class MinuteLog {
  readonly #minute: number
  #requests = 0
  #tokens = 0
  /** When the oldest entry was spent, Infinity where there is none. */
  #oldestAt = Number.POSITIVE_INFINITY
  #from = Number.NEGATIVE_INFINITY
  #at = Number.NEGATIVE_INFINITY
  #newestRequests = 0
  #newestTokens = 0
  /** All entries but the newest, oldest first. */
  #older: Spending[] | undefined = undefined

  /** A log in which nothing was spent. */
  constructor(minuteMilliseconds: number) {
    this.#minute = minuteMilliseconds
  }

  /**
   * Adds a call, perhaps to an entry of others that came at nearly the same time. Returns when that entry began, by
   * which the call may be corrected.
   */
  add(now: number, tokens: number): number {
    this.#expire(now)
    if (Math.abs(now - this.#from) >= this.#minute / SLICES) this.#begin(now)
    this.#count(now, 1, tokens)
    return this.#from
  }

  /** Changes what was added to the entry that began then; without effect once it has left the minute. */
  correct(from: number, requests: number, tokens: number): void {
    if (from === this.#from) {
      this.#count(this.#at, requests, tokens)
      return
    }
    const entry = this.#older?.findLast((one) => one.from === from)
    if (entry === undefined) return
    entry.requests += requests
    entry.tokens += tokens
    this.#requests += requests
    this.#tokens += tokens
  }

  /** The requests within the minute. */
  requests(now: number): number {
    this.#expire(now)
    return this.#requests
  }

  /** The tokens within the minute. */
  tokens(now: number): number {
    this.#expire(now)
    return this.#tokens
  }

  /** When at most so many requests, or tokens, are left in the minute; `now` where that is so already. */
  whenAtMost(what: 'requests' | 'tokens', most: number, now: number): number {
    let left = what === 'requests' ? this.requests(now) : this.tokens(now)
    if (left <= most) return now
    for (const entry of this.entries()) {
      left -= entry[what]
      if (left <= most) return entry.at + this.#span()
    }
    return now
  }

  /** The entries within the minute, oldest first; without a time all that are held, of which some may be over. */
  entries(now?: number): readonly Readonly<Spending>[] {
    if (now !== undefined) this.#expire(now)
    return this.#oldestAt === Number.POSITIVE_INFINITY ? [] : [...(this.#older ?? []), this.#newest()]
  }

  /** Puts these in place of all others, oldest first; whoever added one may still correct it here. */
  restore(entries: readonly Readonly<Spending>[]): void {
    this.#clear()
    for (const { from, at, requests, tokens } of entries) {
      this.#begin(from)
      this.#count(at, requests, tokens)
    }
  }

  #begin(from: number): void {
    if (this.#oldestAt < Number.POSITIVE_INFINITY) {
      this.#older ??= []
      this.#older.push(this.#newest())
    }
    this.#from = from
    this.#newestRequests = 0
    this.#newestTokens = 0
  }

  /** To the newest entry. */
  #count(at: number, requests: number, tokens: number): void {
    this.#at = at
    if (this.#older === undefined) this.#oldestAt = at
    this.#newestRequests += requests
    this.#newestTokens += tokens
    this.#requests += requests
    this.#tokens += tokens
  }

  #newest(): Spending {
    return {
      from: this.#from,
      at: this.#at,
      requests: this.#newestRequests,
      tokens: this.#newestTokens,
    }
  }

  #expire(now: number): void {
    if (this.#at > now) this.#keepPast(now)
    const span = this.#span()
    if (this.#at + span <= now) this.#clear()
    else if (this.#oldestAt + span <= now) this.#dropOld(now - span)
  }

  #span(): number {
    return this.#minute * (1 + MARGIN)
  }

  /** Where the clock was set back, what was spent counts from now on: it would else be spent for as long as that. */
  #keepPast(now: number): void {
    for (const entry of this.#older ?? []) entry.at = Math.min(entry.at, now)
    this.#oldestAt = Math.min(this.#oldestAt, now)
    this.#at = now
  }

  #dropOld(until: number): void {
    const older = this.#older ?? []
    const kept = older.findIndex(({ at }) => at > until)
    for (const { requests, tokens } of older.splice(0, kept < 0 ? older.length : kept)) {
      this.#requests -= requests
      this.#tokens -= tokens
    }
    if (kept < 0) this.#older = undefined
    this.#oldestAt = older[0]?.at ?? this.#at
  }

  #clear(): void {
    this.#requests = 0
    this.#tokens = 0
    this.#oldestAt = Number.POSITIVE_INFINITY
    this.#from = Number.NEGATIVE_INFINITY
    this.#at = Number.NEGATIVE_INFINITY
    this.#older = undefined
  }
}
