import type { App } from '../http/plugin-app.ts'
import { mountPluginRoutes } from '../http/plugin-routes.ts'
import type { ImageBed } from '../image-bed.ts'
import type { KeyStrategy, StrategyContext } from '../keys.ts'
import type { Log } from '../log/log.ts'
import type { Rooms } from '../rooms.ts'
import type { Settings } from '../settings/settings.ts'
import { chooseStrategy, providerOf } from './choose-strategy.ts'
import { createGeneration, type Generation } from './generation.ts'
import { createImageBeds } from './image-beds.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'
import type { PluginSurroundings } from './plugin-host.ts'
import { type LeftOut, setUpPlugins } from './set-up-plugins.ts'

/** The settings that plugins live by, and that can change while the gateway runs. */
export type PluginSettings = Pick<Settings, 'plugins' | 'media' | 'routing'>

export interface LivePluginsOptions {
  readonly rooms: Pick<Rooms, 'plugins' | 'importPlugin'>
  readonly log: Log
  /** A new app with the gateway's own routes. */
  createApp(): App
}

/** The plugins of a running gateway, which can be exchanged for others while calls go on. */
export interface LivePlugins {
  current(): Generation
  /**
   * A strategy as the settings want it and the plugins as they are now bring it, for one pool. To be asked for before
   * the first plugins are loaded.
   */
  strategyFor(context: StrategyContext): KeyStrategy
  /** As `Host.imageBed`. */
  imageBed(name: string): ImageBed
  leftOut(): readonly LeftOut[]
  /**
   * Sets up what these settings want, whole, then puts it in the place of what was; the old plugins stop when the
   * last request that began with them has ended. Resolves to a sentence for each plugin that could not be set
   * up. Rejects with a SettingsError where the whole cannot be used, and changes nothing then. One at a time.
   */
  load(settings: PluginSettings, surroundings: PluginSurroundings): Promise<readonly string[]>
  stop(): Promise<void>
}

/** Starts without any plugin. */
export function createLivePlugins({ rooms, log, createApp }: LivePluginsOptions): LivePlugins {
  let current = createGeneration([], refuseAll, log)
  const strategies: PoolStrategy[] = []
  let leftOut: readonly LeftOut[] = []
  let loading: Promise<unknown> = Promise.resolve()
  const alive = new Set<Generation>([current])
  const imageBeds = createImageBeds(() => current.plugins)

  async function replace(settings: PluginSettings, surroundings: PluginSurroundings) {
    const made = await setUpPlugins(rooms, settings, surroundings, current.plugins)
    let next: Generation
    let chosen: ChosenStrategy[]
    try {
      const app = createApp()
      const fetch = mountPluginRoutes(app, made.plugins)
      chosen = strategies.map((each) => chooseAgain(each, made.plugins, settings.routing))
      next = createGeneration(made.plugins, fetch, log)
    } catch (thrown) {
      await stopUnused(made.plugins)
      throw thrown
    }
    for (const [index, each] of strategies.entries()) each.chosen = chosen[index]
    const old = current
    current = next
    leftOut = made.leftOut
    alive.add(next)
    retire(old)
    return made.problems
  }

  /** Not awaited: a stream may hold the old plugins for an hour. */
  async function retire(old: Generation): Promise<void> {
    await old.drained()
    alive.delete(old)
    await stopUnused(old.plugins)
  }

  async function stopUnused(plugins: readonly LoadedPlugin[]): Promise<void> {
    const used = new Set([...alive].flatMap((generation) => generation.plugins))
    await Promise.all(plugins.filter((plugin) => !used.has(plugin)).map((plugin) => plugin.stop()))
  }

  return {
    current: () => current,
    imageBed: imageBeds.get,
    leftOut: () => leftOut,
    strategyFor(context) {
      const own: PoolStrategy = { context, chosen: undefined }
      strategies.push(own)
      return {
        pick: (usable, call) => own.chosen?.strategy.pick(usable, call),
        settle: (key, call, outcome) => own.chosen?.strategy.settle?.(key, call, outcome),
      }
    },
    load(settings, surroundings) {
      const done = loading.then(() => replace(settings, surroundings))
      loading = done.catch(() => {})
      return done
    },
    async stop() {
      await loading
      const all = new Set([...alive].flatMap(({ plugins }) => plugins))
      alive.clear()
      await Promise.all([...all].map((plugin) => plugin.stop()))
    },
  }
}

/** A strategy, and what it was chosen by: while that stays the same, it keeps what it has learned. */
interface ChosenStrategy {
  readonly strategy: KeyStrategy
  readonly provider: LoadedPlugin | undefined
  readonly routing: Pick<Settings['routing'], 'strategy' | 'affinity'>
}

/** The strategy of one pool. */
interface PoolStrategy {
  readonly context: StrategyContext
  chosen: ChosenStrategy | undefined
}

function chooseAgain(
  { context, chosen: before }: PoolStrategy,
  plugins: readonly LoadedPlugin[],
  routing: ChosenStrategy['routing'],
): ChosenStrategy {
  const provider = providerOf(plugins, routing.strategy)
  const isSame =
    before?.provider === provider &&
    before?.routing.strategy === routing.strategy &&
    before.routing.affinity === routing.affinity
  return isSame ? before : { provider, routing, strategy: chooseStrategy(plugins, routing, context) }
}

function refuseAll(): Response {
  return new Response(null, { status: 503 })
}
