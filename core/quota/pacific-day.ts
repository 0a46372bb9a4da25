/**
 * Days as Google counts them: from midnight to midnight in `America/Los_Angeles`, daylight saving included.
 * Source: https://ai.google.dev/gemini-api/docs/rate-limits
 */
export interface PacificDays {
  /** The midnight that began the day of a time; both in milliseconds since 1970. */
  start(time: number): number
  /** The midnight that ends it. */
  end(time: number): number
}

/** Days that remember the last one asked for, since nearly all questions are about today. */
export function createPacificDays(): PacificDays {
  let start = 0
  let end = 0

  function look(time: number): void {
    if (time >= start && time < end) return
    start = midnightBefore(time)
    // A day has 23 to 25 hours: the next midnight is the one before some time of the next day.
    end = midnightBefore(start + 30 * HOUR)
  }

  return {
    start(time) {
      look(time)
      return start
    },
    end(time) {
      look(time)
      return end
    },
  }
}

const HOUR = 3_600_000

const CLOCK = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hourCycle: 'h23',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
})

/** Steps back by the hours that the clock there shows, again where a change of the clock lay between. */
function midnightBefore(time: number): number {
  const guess = time - sinceMidnight(time)
  const rest = sinceMidnight(guess)
  if (rest === 0) return guess
  // The clock was put forward or back on the way: 23:00 of the day before, or 01:00 of this one.
  return rest > 12 * HOUR ? guess + (24 * HOUR - rest) : guess - rest
}

/** What the clock there shows, in milliseconds. */
function sinceMidnight(time: number): number {
  const shown = { hour: 0, minute: 0, second: 0 }
  for (const { type, value } of CLOCK.formatToParts(time)) {
    if (type === 'hour' || type === 'minute' || type === 'second') shown[type] = Number(value)
  }
  return shown.hour * HOUR + shown.minute * 60_000 + shown.second * 1000 + (time % 1000)
}
