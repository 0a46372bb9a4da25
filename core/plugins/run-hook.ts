import { GatewayError, isGatewayError } from '../errors.ts'
import { USUAL_PATIENCE, type WaitingHook, withPatience } from './hook-patience.ts'
import type { HookName } from './hook-record.ts'
import type { HookedPlugin } from './loaded-plugin.ts'

/**
 * Runs a hook on the clock; undefined stands for "changes nothing". A GatewayError is the plugin's refusal and
 * passes. Anything else it throws is its own fault: calls go on without it where it fails open, and get an
 * error that names it where it fails closed.
 */
export function runHook<T>(plugin: HookedPlugin, hook: HookName, run: () => T): T | undefined {
  if (plugin.record.isSetAside()) return undefined
  const begun = performance.now()
  try {
    const result = run()
    plugin.record.ran(hook, performance.now() - begun)
    return result
  } catch (thrown) {
    return excuse(plugin, hook, thrown, begun)
  }
}

/** What a hook that may wait is run with, beside itself. */
export interface HookWaiting<T> {
  /** Aborted when the client that waits has left. */
  readonly leaving?: AbortSignal
  /** What it hands on, looked at; a throw is the plugin's fault. */
  check?(value: T): T
}

/** As `runHook`, for hooks that may wait; one that takes longer than it is waited for has failed. */
export async function runHookAsync<T>(
  plugin: HookedPlugin,
  hook: WaitingHook,
  run: () => T | Promise<T>,
  { leaving, check }: HookWaiting<T> = {},
): Promise<T | undefined> {
  if (plugin.record.isSetAside()) return undefined
  const begun = performance.now()
  try {
    const made = run()
    const { [hook]: longest, afterLeaving } = plugin.patience ?? USUAL_PATIENCE
    const value = isPromise(made) ? await withPatience(made, longest, afterLeaving, leaving) : made
    const result = check ? check(value) : value
    plugin.record.ran(hook, performance.now() - begun)
    return result
  } catch (thrown) {
    return excuse(plugin, hook, thrown, begun)
  }
}

/** What happens at once needs no clock. */
function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined | null)?.then === 'function'
}

function excuse(plugin: HookedPlugin, hook: HookName, thrown: unknown, begun: number): undefined {
  if (isGatewayError(thrown)) {
    plugin.record.ran(hook, performance.now() - begun)
    throw thrown
  }
  plugin.record.failed(hook, thrown)
  if (plugin.onFailure === 'closed') throw blamed(plugin, hook, thrown)
}

/** A plugin refuses by throwing a GatewayError; anything else is its fault, and its text stays in the log. */
export function blamed(plugin: HookedPlugin, hook: HookName, thrown: unknown): GatewayError {
  if (isGatewayError(thrown)) return thrown
  return new GatewayError(
    'internal',
    `The plugin "${plugin.name}" failed in its ${hook} hook; the log has the cause`,
    { cause: thrown },
  )
}
