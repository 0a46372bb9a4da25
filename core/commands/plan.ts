import type { Rooms } from '../rooms.ts'
import { isMap } from '../settings/schema-shape.ts'
import { withoutSecrets } from '../settings/setting-secrets.ts'
import { type Command, EXIT } from './command.ts'
import { type ReadSettings, readSettings, SETTINGS_OPTIONS } from './read-settings.ts'

/** Prints each setting, its value without secrets, and where it comes from. */
export const plan: Command = {
  name: 'plan',
  summary: 'print each setting, its value (secrets masked) and where it comes from',
  arguments: '',
  options: SETTINGS_OPTIONS,
  async run(rooms, line) {
    const read = await readSettings(rooms, line)
    rooms.runtime.output.write(toTable([...rowsOf(read), ...untouchedPlugins(rooms, read)]))
    return EXIT.ok
  },
}

type Row = readonly [setting: string, value: string, origin: string]

function rowsOf({ settings, origins, variables, path }: ReadSettings): Row[] {
  return [...origins].map(([setting, origin]) => {
    const value = withoutSecrets(setting, valueAt(settings, setting))
    const variable = variables.get(setting)
    const source = { default: 'default', file: path, environment: variable ?? 'environment' }[origin]
    return [setting, value === undefined ? '(none)' : JSON.stringify(value), source]
  })
}

/** A plugin that ships is on unless a setting says otherwise. */
function untouchedPlugins({ plugins }: Rooms, { settings }: ReadSettings): Row[] {
  return plugins
    .filter(({ name }) => !Object.hasOwn(settings.plugins, name))
    .map(({ name }) => [`plugins.${name}`, 'true', 'default'])
}

function valueAt(settings: unknown, setting: string): unknown {
  const [group = '', ...rest] = setting.split('.')
  const names = group === 'plugins' ? [group, rest.join('.')] : [group, ...rest]
  return names.reduce<unknown>((value, name) => (isMap(value) ? value[name] : undefined), settings)
}

function toTable(rows: readonly Row[]): string {
  const setting = Math.max(...rows.map(([name]) => name.length))
  const value = Math.min(60, Math.max(...rows.map(([, text]) => text.length)))
  const line = ([name, text, origin]: Row) => `${name.padEnd(setting)}  ${text.padEnd(value)}  ${origin}\n`
  return rows.map(line).join('')
}
