import { Value } from '@sinclair/typebox/value'
import { checkMeaning } from './check-meaning.ts'
import { checkSettings, toSentence } from './check-settings.ts'
import { withEnvironmentProxies } from './environment-proxies.ts'
import { dotted, type EnvironmentSetting, environmentSettings, withSetting } from './environment-settings.ts'
import { readYaml } from './read-yaml.ts'
import { isMap, leavesOf, memberFor, type Shape, shapeOf } from './schema-shape.ts'
import { type Settings, SettingsSchema } from './settings.ts'
import { SettingsError } from './settings-error.ts'
import { type PluginOptions, wholeSchema } from './settings-schema.ts'
import { substitute } from './substitute.ts'

/** Where settings come from. */
export interface SettingsSources {
  /** The config file; undefined when there is none. */
  readonly text: string | undefined
  /** What messages call the file. */
  readonly path: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly pluginOptions: PluginOptions
}

/** Which source states a setting. */
export type Origin = 'default' | 'file' | 'environment'

/** Settings that passed every check. */
export interface LoadedSettings {
  readonly settings: Settings
  /** Where each setting comes from, by dotted path; a list or a free map is one setting, each plugin too. */
  readonly origins: ReadonlyMap<string, Origin>
  /** The variable that states a setting, by dotted path. */
  readonly variables: ReadonlyMap<string, string>
  /** Where each of `settings.keys` stands in the list of its source, in which one may stand twice. */
  readonly keyIndexes: readonly number[]
  /** One sentence each, without secrets. */
  readonly warnings: readonly string[]
}

/** The settings from default, file and environment, the later over the earlier. Throws a SettingsError with every problem found. */
export function loadSettings(sources: SettingsSources): LoadedSettings {
  const { environment, path } = sources
  const schema = wholeSchema(sources.pluginOptions)
  const shape = shapeOf(schema)
  const unset = new Map<string, string>()
  const file = readFile(sources, shape, unset)
  const stated = environmentSettings(environment, shape)
  const all = withPlatformHost([...stated.settings], file)
  const variables = new Map(all.map((setting) => [dotted(setting.path), setting.variable]))
  const where = (setting: string) => placeOf(setting, variables, path)

  const merged = all.reduce((settings, { path, value }) => withSetting(settings, path, value), file)
  const wrong = checkSettings(schema, merged).filter((problem) => !unset.has(problem.path))
  const problems = [...unset.values(), ...wrong.map((problem) => toSentence(problem, where(problem.path)))]
  if (problems.length > 0) throw new SettingsError(problems)

  const whole = withEnvironmentProxies(withDefaults(merged, sources.pluginOptions), environment)
  const checked = checkMeaning(whole, where)
  if (checked.problems.length > 0) throw new SettingsError(checked.problems)
  return {
    settings: checked.settings,
    origins: originsOf(shape, file, merged, variables),
    variables,
    keyIndexes: checked.keyIndexes,
    warnings: [...stated.warnings, ...checked.warnings],
  }
}

function readFile(
  { text = '', path, environment }: SettingsSources,
  shape: Shape,
  unset: Map<string, string>,
) {
  const result = readYaml(text, path)
  if ('problem' in result) throw new SettingsError([result.problem])
  const value = result.value ?? {}
  if (!isMap(value)) throw new SettingsError([`${path} must hold a map of settings, such as "server:"`])
  const problem = (setting: string, sentence: string) => unset.set(setting, sentence)
  const whole = substitute(value, shape, '', { environment, problem, file: path })
  return withoutEmpty(whole, shape) as Record<string, unknown>
}

/** A name with nothing after it states nothing; a plugin named so is on. */
function withoutEmpty(value: unknown, shape: Shape): unknown {
  const fields = memberFor(shape, value)?.properties
  if (!isMap(value) || !fields) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, field]) => field !== null || !Object.hasOwn(fields, name))
      .map(([name, field]) => {
        if (name === 'plugins' && isMap(field)) return [name, withPluginsOn(field)]
        return [name, Object.hasOwn(fields, name) ? withoutEmpty(field, fields[name] ?? {}) : field]
      }),
  )
}

function withPluginsOn(plugins: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(plugins).map(([name, options]) => [name, options ?? true]))
}

/** A platform that hands out `PORT` also wants to reach it from outside. */
function withPlatformHost(stated: EnvironmentSetting[], file: Record<string, unknown>): EnvironmentSetting[] {
  const usesPort = stated.some(({ variable }) => variable === 'PORT')
  const named = stated.some(({ path }) => dotted(path) === 'server.host')
  const inFile = isMap(file.server) && file.server.host !== undefined
  if (!usesPort || named || inFile) return stated
  return [...stated, { path: ['server', 'host'], variable: 'PORT', value: '0.0.0.0' }]
}

function withDefaults(settings: Record<string, unknown>, plugins: PluginOptions): Settings {
  const filled = Value.Default(SettingsSchema, structuredClone(settings)) as Settings
  const options = Object.entries(filled.plugins).map(([name, value]) => {
    const schema = Object.hasOwn(plugins, name) ? plugins[name] : undefined
    return [name, schema && isMap(value) ? Value.Default(schema, value) : value]
  })
  return { ...filled, plugins: Object.fromEntries(options) }
}

function placeOf(path: string, variables: ReadonlyMap<string, string>, file: string): string {
  let best = ''
  for (const stated of variables.keys()) {
    if (isWithin(path, stated) && stated.length > best.length) best = stated
  }
  return best === '' ? `in ${file}` : `from ${variables.get(best)}`
}

function isWithin(path: string, stated: string): boolean {
  return path === stated || path.startsWith(`${stated}.`) || path.startsWith(`${stated}[`)
}

function originsOf(
  shape: Shape,
  file: Record<string, unknown>,
  merged: Record<string, unknown>,
  variables: ReadonlyMap<string, string>,
): Map<string, Origin> {
  const { plugins: _, ...others } = shape.properties ?? {}
  const paths = [...leavesOf({ properties: others })].map(([path]) => path.split('.'))
  const used = isMap(merged.plugins) ? Object.keys(merged.plugins).map((name) => ['plugins', name]) : []
  return new Map([...paths, ...used].map((path) => [dotted(path), originOf(path, file, variables)]))
}

function originOf(
  path: readonly string[],
  file: Record<string, unknown>,
  variables: ReadonlyMap<string, string>,
): Origin {
  for (const stated of variables.keys()) {
    if (isWithin(dotted(path), stated) || isWithin(stated, dotted(path))) return 'environment'
  }
  let value: unknown = file
  for (const name of path) value = isMap(value) ? value[name] : undefined
  return value === undefined ? 'default' : 'file'
}
