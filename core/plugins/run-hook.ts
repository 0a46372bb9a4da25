import { GatewayError, isGatewayError } from '../errors.ts'
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

/** As `runHook`, for hooks that may wait; what `check` throws of a result is the plugin's fault too. */
export async function runHookAsync<T>(
  plugin: HookedPlugin,
  hook: HookName,
  run: () => T | Promise<T>,
  check: (result: T) => T = (result) => result,
): Promise<T | undefined> {
  if (plugin.record.isSetAside()) return undefined
  const begun = performance.now()
  try {
    const result = check(await run())
    plugin.record.ran(hook, performance.now() - begun)
    return result
  } catch (thrown) {
    return excuse(plugin, hook, thrown, begun)
  }
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
