import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { GuardedFetch } from '../guarded-fetch.ts'
import type { Log } from '../log/log.ts'
import { type Gateway, type Hooks, type Host, PLUGIN_API, type PluginDefinition } from '../plugin.ts'
import type { Rooms } from '../rooms.ts'
import { checkSettings, toSentence } from '../settings/check-settings.ts'
import type { Settings } from '../settings/settings.ts'
import type { Store } from '../store.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

/** The plugins that are on, set up. */
export interface PluginSet {
  readonly plugins: readonly LoadedPlugin[]
  /** One sentence for each plugin that could not be set up; the others run without it. */
  readonly problems: readonly string[]
  stop(): Promise<void>
}

export interface PluginSurroundings {
  readonly store: Store
  readonly log: Log
  readonly gateway: Gateway
  readonly fetch: GuardedFetch
}

/**
 * Sets up the shipped plugins that are not switched off, and those of the config that are files. They run in the
 * order of the config, after the shipped ones that it does not name.
 */
export async function setUpPlugins(
  rooms: Rooms,
  settings: Settings,
  surroundings: PluginSurroundings,
): Promise<PluginSet> {
  const plugins: LoadedPlugin[] = []
  const problems: string[] = []
  const stops: (() => void)[] = []

  for (const { name, options } of toList(rooms.plugins, settings.plugins)) {
    try {
      const definition =
        rooms.plugins.find((shipped) => shipped.name === name) ?? (await importPlugin(rooms, name))
      const filled = toOptions(definition, options, name)
      const { host, stop } = createHost(definition.name, settings, surroundings)
      const hooks = await setUp(definition, filled, host, stop)
      stops.push(stop)
      plugins.push({ name: definition.name, hooks })
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      problems.push(`The plugin "${name}" is left out: ${reason}`)
      surroundings.log.error({ err: thrown, plugin: name }, 'A plugin could not be set up')
    }
  }

  return {
    plugins,
    problems,
    async stop() {
      for (const stop of stops) stop()
      await Promise.allSettled(plugins.map(async ({ hooks }) => hooks.stop?.()))
    },
  }
}

async function setUp(
  definition: PluginDefinition,
  options: unknown,
  host: Host,
  stop: () => void,
): Promise<Hooks> {
  try {
    return (await definition.setup(options, host)) ?? {}
  } catch (thrown) {
    stop()
    throw thrown
  }
}

interface Wanted {
  readonly name: string
  readonly options: Record<string, unknown>
}

function toList(shipped: readonly PluginDefinition[], configured: Settings['plugins']): Wanted[] {
  const unnamed = shipped
    .filter(({ name }) => !(name in configured))
    .map(({ name }) => ({ name, options: {} }))
  const named = Object.entries(configured)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => ({ name, options: typeof value === 'object' ? value : {} }))
  return [...unnamed, ...named]
}

async function importPlugin(rooms: Rooms, path: string): Promise<PluginDefinition> {
  const found = await rooms.importPlugin(path)
  if (!isDefinition(found))
    throw new TypeError('its default export is not a plugin; make one with definePlugin')
  if (found.api !== PLUGIN_API) {
    throw new TypeError(
      `it was written for version ${found.api} of the plugin contract, this gateway has ${PLUGIN_API}`,
    )
  }
  return found
}

function isDefinition(value: unknown): value is PluginDefinition {
  if (typeof value !== 'object' || value === null) return false
  const { name, api, setup } = value as Record<string, unknown>
  return typeof name === 'string' && typeof api === 'number' && typeof setup === 'function'
}

function toOptions(
  { options: schema }: PluginDefinition,
  options: Record<string, unknown>,
  name: string,
): unknown {
  if (!schema) return options
  const filled = Value.Default(schema as TSchema, structuredClone(options))
  const [problem] = checkSettings(schema, filled, `plugins.${name}`)
  if (problem) throw new TypeError(toSentence(problem, 'in the config'))
  return filled
}

function createHost(
  name: string,
  { media }: Settings,
  { store, log, gateway, fetch }: PluginSurroundings,
): { host: Host; stop: () => void } {
  const timers = new Set<ReturnType<typeof setInterval>>()
  const own = log.child({ plugin: name })
  const scope = `plugin:${name}`
  const host: Host = {
    gateway,
    fetch,
    settings: { media },
    store: {
      get: (document) => store.documents.get(scope, document),
      put: (document, value) => store.documents.put(scope, document, value),
      delete: (document) => store.documents.delete(scope, document),
      names: () => store.documents.names(scope),
    },
    log: (message, fields = {}) => own.info(fields, message),
    schedule(everySeconds, task) {
      const run = async () => task()
      const report = (err: unknown) => own.error({ err }, 'A scheduled task failed')
      timers.add(setInterval(() => run().catch(report), everySeconds * 1000))
    },
  }
  return {
    host,
    stop() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}
