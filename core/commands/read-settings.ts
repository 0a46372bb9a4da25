import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Rooms } from '../rooms.ts'
import { type LoadedSettings, loadSettings } from '../settings/load-settings.ts'
import type { PluginOptions } from '../settings/settings-schema.ts'
import { CommandError, type CommandLine, type CommandOption, EXIT } from './command.ts'
import { warningsOfEnvFile } from './env-file.ts'
import { type FoundPlugins, findPlugins } from './find-plugins.ts'

/** The options of every command that needs the settings. */
export const SETTINGS_OPTIONS: Readonly<Record<string, CommandOption>> = {
  config: { takes: 'FILE', summary: 'the config file; geminate.yaml, where there is one' },
  'env-file': { takes: 'FILE', summary: 'more environment variables, as NAME=VALUE lines' },
}

/** The settings, and where they were read. */
export interface ReadSettings extends LoadedSettings {
  /** The config file, whether it is there or not. */
  readonly path: string
  /** The process environment over the `--env-file`. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * The settings that a command line asks for, paths in them resolved against the config file's folder.
 * Warnings go to stderr. Throws a SettingsError, or a CommandError for a named file that is not there.
 */
export async function readSettings(rooms: Rooms, line: CommandLine): Promise<ReadSettings> {
  const { files, output, environment: own } = rooms.runtime
  const extra = await readEnvFile(files, line.text('env-file'))
  const environment = { ...extra.variables, ...own }
  const named = line.text('config') ?? (environment.GEMINATE_CONFIG || undefined)
  const path = named ?? 'geminate.yaml'
  const text = await readText(files, path)
  if (named !== undefined && text === undefined) throw missing('config file', named)
  const loaded = loadSettings({ text, path, environment, pluginOptions: pluginOptionsOf(rooms) })
  for (const warning of [...extra.warnings, ...loaded.warnings]) output.error(`Warning: ${warning}\n`)
  const found = await findPlugins(rooms, dirname(path), Object.keys(loaded.settings.plugins))
  return { ...withPathsFrom(dirname(path), loaded, found), path, environment }
}

/** The options of the plugins that ship. */
export function pluginOptionsOf({ plugins }: Pick<Rooms, 'plugins'>): PluginOptions {
  return Object.fromEntries(plugins.map(({ name, options }) => [name, options]))
}

type Files = Rooms['runtime']['files']

async function readEnvFile(files: Files, path: string | undefined) {
  if (path === undefined) return { variables: {}, warnings: [] }
  const text = await readText(files, path)
  if (text === undefined) throw missing('environment file', path)
  return { variables: parseEnv(text), warnings: warningsOfEnvFile(text, path) }
}

async function readText(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.read(path)
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new CommandError(`${path} cannot be read: ${why}`, EXIT.usage)
  }
}

function missing(what: string, path: string): CommandError {
  return new CommandError(`There is no ${what} ${path}`, EXIT.usage)
}

function withPathsFrom(folder: string, loaded: LoadedSettings, found: FoundPlugins): LoadedSettings {
  const { settings, origins, variables } = loaded
  const named = Object.entries(settings.plugins).map(([name, value]) => [found.sourceOf(name), value])
  const beside = found.beside.map((path) => [path, true])
  const pathFrom = (path: string) => {
    const prefix = 'plugins.'
    return path.startsWith(prefix) ? prefix + found.sourceOf(path.slice(prefix.length)) : path
  }
  return {
    ...loaded,
    settings: {
      ...settings,
      storage: { url: storageFrom(folder, settings.storage.url) },
      plugins: Object.fromEntries([...named, ...beside]),
    },
    origins: new Map([...origins].map(([path, origin]) => [pathFrom(path), origin])),
    variables: new Map([...variables].map(([path, variable]) => [pathFrom(path), variable])),
  }
}

function storageFrom(folder: string, url: string): string {
  const path = /^sqlite:(?!:memory:)(.+)$/s.exec(url)?.[1]
  if (path === undefined) return url
  return `sqlite:${path.startsWith('/') ? path : join(folder, path)}`
}
