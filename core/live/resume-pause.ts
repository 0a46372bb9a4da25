/** How long a session waits before it goes on by another connection. */
export interface ResumePause {
  /** In milliseconds; to be asked once each time that a connection was lost. */
  next(): number
}

/** Losses closer together than this are one trouble of Google's. */
const CALM = 30_000
const FIRST = 250
const LONGEST = 10_000

/** No pause at first; longer ones where connections are lost one after the other, so that nobody is stormed. */
export function createResumePause(now: () => number): ResumePause {
  let losses = 0
  let lostAt = Number.NEGATIVE_INFINITY
  return {
    next() {
      const time = now()
      losses = time - lostAt < CALM ? losses + 1 : 0
      lostAt = time
      return losses === 0 ? 0 : Math.min(LONGEST, FIRST * 2 ** (losses - 1))
    },
  }
}
