import type { Settings } from '../settings/settings.ts'
import type { Goodbye } from './goodbye.ts'

/** How long a session may be, or be silent, in milliseconds. */
export interface LiveLimits {
  readonly idleMilliseconds: number
  readonly lifeMilliseconds: number
}

/** The limits as the settings state them. */
export function toLiveLimits(settings: Pick<Settings['live'], 'idleSeconds' | 'maxMinutes'>): LiveLimits {
  return {
    idleMilliseconds: settings.idleSeconds * 1000,
    lifeMilliseconds: settings.maxMinutes * 60_000,
  }
}

/** The limits of one session's time. */
export interface LiveClock {
  /** Somebody has spoken. */
  touch(): void
  stop(): void
}

/** How long a client may take to say what it wants. */
const SETUP = 30_000

/** Starts to count; `over` is called at most once, with what both sides are to hear. */
export function startLiveClock(
  { idleMilliseconds, lifeMilliseconds }: LiveLimits,
  over: (goodbye: Goodbye) => void,
): LiveClock {
  let touchedAt: number | undefined
  const begun = performance.now()
  let timer = setTimeout(look, Math.min(SETUP, lifeMilliseconds))

  function look(): void {
    const reason = whyOver(performance.now())
    if (reason === undefined) timer = setTimeout(look, left(performance.now()))
    else over({ code: GOING_AWAY, reason })
  }

  function whyOver(now: number): string | undefined {
    if (now - begun >= lifeMilliseconds)
      return `The session has lasted ${minutes(lifeMilliseconds)}, which is live.maxMinutes`
    if (touchedAt === undefined) return 'No setup came within 30 s'
    if (now - touchedAt < idleMilliseconds) return undefined
    return `Nothing was said for ${idleMilliseconds / 1000} s, which is live.idleSeconds`
  }

  function left(now: number): number {
    const idle = idleMilliseconds - (now - (touchedAt ?? begun))
    return Math.max(1, Math.min(idle, lifeMilliseconds - (now - begun)))
  }

  return {
    touch() {
      const isFirst = touchedAt === undefined
      touchedAt = performance.now()
      if (!isFirst) return
      clearTimeout(timer)
      timer = setTimeout(look, Math.min(idleMilliseconds, lifeMilliseconds))
    },
    stop: () => clearTimeout(timer),
  }
}

const GOING_AWAY = 1001

function minutes(milliseconds: number): string {
  return `${Math.round(milliseconds / 600) / 100} minutes`
}
