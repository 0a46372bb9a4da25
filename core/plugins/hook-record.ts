import type { Log } from '../log/log.ts'
import type { Hooks, OnFailure } from '../plugin.ts'

/** Hooks that run while a client waits, or just after. */
export type HookName = keyof Pick<
  Hooks,
  | 'authorize'
  | 'when'
  | 'request'
  | 'reply'
  | 'chunk'
  | 'stream'
  | 'finished'
  | 'models'
  | 'suffixes'
  | 'modelOf'
  | 'error'
>

/** How often a hook ran and how long it took, in milliseconds; waiting for others counts. */
export interface HookTime {
  readonly count: number
  readonly milliseconds: number
  readonly longest: number
}

/** The last failure of a plugin. */
export interface HookFailure {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly hook: HookName
  readonly message: string
}

/** What one plugin's hooks cost, and how they fail. */
export interface HookRecord {
  ran(hook: HookName, milliseconds: number): void
  failed(hook: HookName, error: unknown): void
  /** Whether calls go on without this plugin for now: one that fails open and failed five times in a row, for a minute. */
  isSetAside(): boolean
  /** Whether it failed five times in a row and what failed did not run well since. */
  isFailing(): boolean
  times(): Readonly<Partial<Record<HookName, HookTime>>>
  lastError(): HookFailure | undefined
}

export interface HookRecordOptions {
  readonly plugin: string
  readonly onFailure: OnFailure
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const FAILURES_IN_A_ROW = 5
const MINUTE = 60_000

/** From how many milliseconds on a hook is slow. Those that nothing else can run beside are slow earlier. */
const SLOW = { when: 50, chunk: 50 } as const satisfies Partial<Record<HookName, number>>
const SLOW_OTHERWISE = 10_000

/** Starts a record with nothing in it. */
export function createHookRecord({ plugin, onFailure, log, now }: HookRecordOptions): HookRecord {
  const times: Partial<Record<HookName, { count: number; milliseconds: number; longest: number }>> = {}
  let inRow = 0
  let asideUntil = 0
  let last: HookFailure | undefined
  let toldSlowAt = Number.NEGATIVE_INFINITY

  function tellSlow(hook: HookName, milliseconds: number): void {
    if (now() < toldSlowAt + MINUTE) return
    toldSlowAt = now()
    log.warn({ plugin, hook, milliseconds: Math.round(milliseconds) }, 'A plugin is slow')
  }

  return {
    ran(hook, milliseconds) {
      // What else of the plugin works says nothing of the hook that fails.
      if (hook === last?.hook) inRow = 0
      const time = times[hook] ?? { count: 0, milliseconds: 0, longest: 0 }
      times[hook] = time
      time.count++
      time.milliseconds += milliseconds
      if (milliseconds > time.longest) time.longest = milliseconds
      if (milliseconds >= (SLOW[hook as keyof typeof SLOW] ?? SLOW_OTHERWISE)) tellSlow(hook, milliseconds)
    },
    failed(hook, error) {
      last = { at: now(), hook, message: error instanceof Error ? error.message : String(error) }
      // The error of one that fails closed reaches the log with the call that it ends.
      if (onFailure === 'open') log.error({ err: error, plugin, hook }, 'A call goes on without a plugin')
      if (++inRow < FAILURES_IN_A_ROW) return
      if (onFailure === 'open') asideUntil = now() + MINUTE
      if (inRow !== FAILURES_IN_A_ROW && onFailure === 'closed') return
      log.error(
        { plugin, hook, failures: inRow },
        onFailure === 'open'
          ? 'A plugin keeps failing; calls go on without it for a minute'
          : 'A plugin keeps failing, and so do the calls that it applies to',
      )
    },
    isSetAside: () => asideUntil !== 0 && now() < asideUntil,
    isFailing: () => inRow >= FAILURES_IN_A_ROW,
    times: () => times,
    lastError: () => last,
  }
}
