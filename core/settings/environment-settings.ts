import { didYouMean, nearestName } from './nearest-name.ts'
import { joinPath, leavesOf, membersOf, type Shape } from './schema-shape.ts'
import { valueFromText } from './value-from-text.ts'

/** A setting that the environment states. */
export interface EnvironmentSetting {
  readonly path: readonly string[]
  readonly variable: string
  readonly value: unknown
}

type Environment = Readonly<Record<string, string | undefined>>

const PREFIX = 'GEMINATE_'

/** Variables with our prefix that are no settings. */
const OTHERS = ['GEMINATE_CONFIG', 'GEMINATE_GOOGLE_DATA']

/**
 * The settings that `GEMINATE_SERVER_PORT` and its like state, wider ones first; an empty variable states
 * nothing. `PORT` is `server.port` where nothing of ours states that. Each unknown `GEMINATE_…` is a warning.
 */
export function environmentSettings(environment: Environment, shape: Shape) {
  const variables = new Map(settable(shape).map((setting) => [variableOf(setting.path), setting]))
  const settings: EnvironmentSetting[] = []
  for (const [variable, setting] of [...variables, ...platformPort(environment, shape)]) {
    const text = environment[variable]
    if (!text?.trim()) continue
    settings.push({ path: setting.path, variable, value: valueFromText(text, setting.shape) })
  }
  return { settings, warnings: unknownVariables(environment, [...variables.keys(), ...OTHERS]) }
}

/** `server.maxBodyMegabytes` → `GEMINATE_SERVER_MAX_BODY_MEGABYTES`. */
export function variableOf(path: readonly string[]): string {
  const words = path.join('_').replace(/([a-z0-9])([A-Z])/g, '$1_$2')
  return PREFIX + words.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()
}

interface Settable {
  readonly path: readonly string[]
  readonly shape: Shape
}

/** Every setting, the plugins as a whole, each plugin, and each option of a plugin. */
function settable(shape: Shape): Settable[] {
  const { plugins = {}, ...others } = shape.properties ?? {}
  const leaves = [...leavesOf({ properties: others })].map(([path, shape]) => ({
    path: path.split('.'),
    shape,
  }))
  return [...leaves, { path: ['plugins'], shape: plugins }, ...pluginSettings(plugins)]
}

function pluginSettings(plugins: Shape): Settable[] {
  return Object.entries(plugins.properties ?? {}).flatMap(([name, plugin]) => [
    { path: ['plugins', name], shape: plugin },
    ...membersOf(plugin)
      .flatMap((member) => Object.entries(member.properties ?? {}))
      .map(([option, shape]) => ({ path: ['plugins', name, option], shape })),
  ])
}

function platformPort(environment: Environment, shape: Shape): [string, Settable][] {
  if (environment[variableOf(['server', 'port'])]?.trim()) return []
  const port = shape.properties?.server?.properties?.port ?? {}
  return [['PORT', { path: ['server', 'port'], shape: port }]]
}

function unknownVariables(environment: Environment, known: readonly string[]): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => `The variable ${name} is no setting${didYouMean(nearestVariable(name, known))}`)
}

/** What all of them begin with does not make them alike. */
function nearestVariable(name: string, known: readonly string[]): string | undefined {
  const rest = (variable: string) => variable.slice(PREFIX.length)
  const nearest = nearestName(rest(name), known.filter((variable) => variable.startsWith(PREFIX)).map(rest))
  return nearest === undefined ? undefined : PREFIX + nearest
}

/** A copy of settings with one more set, at a path of names. */
export function withSetting(
  settings: Readonly<Record<string, unknown>>,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (rest.length === 0) return { ...settings, [name]: value }
  const inner = settings[name]
  const group = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {}
  return { ...settings, [name]: withSetting(group as Record<string, unknown>, rest, value) }
}

/** `['server', 'port']` → `server.port`. */
export function dotted(path: readonly string[]): string {
  return path.reduce(joinPath, '')
}
