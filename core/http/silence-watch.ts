/** Watches all who wait for bytes and must not wait for ever, with one timer. */
export interface SilenceWatch {
  /** What counts as too long. */
  readonly milliseconds: number
  /** Watches for one; `silent` is called once where it has waited too long. */
  start(silent: () => void): Watched
}

/** One who is watched. */
export interface Watched {
  /** Since when it waits, by `performance.now()`; infinite while it does not. */
  since: number
  /** Ends the watch; later calls of it do nothing. */
  end(): void
}

/** How much later than it should a silence may be found: a tenth of it, a second at most. */
const LATENESS = { share: 0.1, most: 1_000 }

/** A watch for silences of so many milliseconds. Its timer runs only while somebody is watched. */
export function createSilenceWatch(milliseconds: number): SilenceWatch {
  const list = new Link(() => {})
  let timer: ReturnType<typeof setInterval> | undefined

  function look(): void {
    const late = performance.now() - milliseconds
    for (let link = list.next; link !== list; link = link.next) {
      if (link.since > late) continue
      link.end()
      link.silent()
    }
    if (list.next !== list) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    milliseconds,
    start(silent) {
      timer ??= setInterval(look, Math.min(milliseconds * LATENESS.share, LATENESS.most))
      return new Link(silent, list)
    },
  }
}

/** A place in a ring: coming and going cost less than in a set, which thousands enter and leave each second. */
class Link implements Watched {
  since = performance.now()
  readonly silent: () => void
  next: Link = this
  #previous: Link = this

  constructor(silent: () => void, list?: Link) {
    this.silent = silent
    if (!list) return
    this.next = list.next
    this.#previous = list
    list.next.#previous = this
    list.next = this
  }

  end(): void {
    if (this.#previous === this) return
    this.since = Number.POSITIVE_INFINITY
    this.next.#previous = this.#previous
    this.#previous.next = this.next
    // Its own `next` stays, for a look that stands here.
    this.#previous = this
  }
}
