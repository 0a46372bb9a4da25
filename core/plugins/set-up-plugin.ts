import { type App, createPluginApp } from '../http/plugin-app.ts'
import type { Hooks, Host, HostSettings, PluginDefinition } from '../plugin.ts'
import { checkHooks } from './check-hooks.ts'
import { createHookRecord } from './hook-record.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'
import { createHost, type PluginSurroundings } from './plugin-host.ts'

const SECONDS = 10

/** Sets one plugin up. Rejects with its reason where it throws, or is not done within ten seconds. */
export async function setUpPlugin(
  source: string,
  definition: PluginDefinition,
  options: unknown,
  settings: HostSettings,
  surroundings: PluginSurroundings,
): Promise<LoadedPlugin> {
  const { name, onFailure = 'closed' } = definition
  const { log, now } = surroundings
  const { host, stop } = createHost(name, settings, surroundings)
  const setting = setUp(definition, options, host)
  try {
    const hooks = await inTime(setting, 'its set-up')
    return {
      source,
      name,
      definition,
      options,
      hooks,
      onFailure,
      record: createHookRecord({ plugin: name, onFailure, log, now }),
      app: await inTime(routesOf(name, hooks, surroundings), 'its routes'),
      async stop() {
        stop()
        await runStop(name, hooks, surroundings)
      },
    }
  } catch (thrown) {
    stop()
    // It may have opened something before its routes failed, or be done later than anybody waits.
    setting.then(
      (hooks) => runStop(name, hooks, surroundings),
      () => {},
    )
    throw thrown
  }
}

/** Rejects where `work` takes more than ten seconds; `what` is the subject of the sentence. */
export async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`${what} was not done within ${SECONDS} seconds`)
    timer = setTimeout(() => reject(error), SECONDS * 1000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

async function setUp(definition: PluginDefinition, options: unknown, host: Host): Promise<Hooks> {
  return checkHooks((await definition.setup(options, host)) ?? {})
}

/** A plugin in plain JavaScript may register its routes asynchronously all the same. */
async function routesOf(
  name: string,
  hooks: Hooks,
  { gateway, log }: PluginSurroundings,
): Promise<App | undefined> {
  if (!hooks.routes) return undefined
  const app = createPluginApp(name, log)
  await hooks.routes(app, gateway)
  return app
}

async function runStop(plugin: string, hooks: Hooks, { log }: PluginSurroundings): Promise<void> {
  try {
    await inTime(Promise.resolve(hooks.stop?.()), 'its stop')
  } catch (err) {
    log.error({ err, plugin }, 'A plugin could not be stopped')
  }
}
