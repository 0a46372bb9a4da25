import type { Log } from '../log/log.ts'
import type { Redactor } from '../log/redactor.ts'
import { secretsIn } from '../settings/setting-secrets.ts'
import type { Settings } from '../settings/settings.ts'
import type { LivePlugins } from './live-plugins.ts'
import type { PluginSurroundings } from './plugin-host.ts'

/** Settings that were read once more. */
export interface SettingsAgain {
  readonly settings: Settings
  /** Those that were changed and need a new start. */
  readonly waiting: readonly string[]
}

/** What came of reading the settings again. */
export interface Reloaded {
  /** One sentence for each plugin that could not be set up as the settings want it. */
  readonly problems: readonly string[]
  /** Settings that were changed, and that only the next start takes up. */
  readonly waiting: readonly string[]
}

export interface ReloadOptions {
  /** What the gateway was started with. */
  readonly settings: Settings
  /** Reads the settings again; rejects with a SettingsError for what is wrong with them. */
  readAgain(): Promise<SettingsAgain>
  readonly plugins: LivePlugins
  readonly surroundings: PluginSurroundings
  readonly redactor: Redactor
  readonly log: Log
}

/**
 * Reads the settings again and exchanges the plugins. Where that cannot be done everything stays as it was: the
 * reason goes to the log, and to the caller as a rejection.
 */
export function createReload(options: ReloadOptions): () => Promise<Reloaded> {
  const { settings, readAgain, plugins, surroundings, redactor, log } = options
  return async () => {
    try {
      const again = await readAgain()
      for (const { text, label } of secretsIn(again.settings)) redactor.add(text, label)
      const { routing } = again.settings
      const wanted = { media: settings.media, routing, plugins: again.settings.plugins }
      const problems = await plugins.load(wanted, surroundings)
      const { waiting } = again
      const names = plugins.current().plugins.map(({ name }) => name)
      log.info({ plugins: names.join(', '), problems, waiting }, 'The settings were read again')
      return { problems, waiting }
    } catch (err) {
      log.error({ err }, 'The settings were read again, and cannot be used; everything stays as it was')
      throw err
    }
  }
}
