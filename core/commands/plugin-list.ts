import { createLog } from '../log/log.ts'
import { createRedactor } from '../log/redactor.ts'
import { closedSurroundings } from '../plugins/closed-gateway.ts'
import { setUpPlugins } from '../plugins/set-up-plugins.ts'
import type { Rooms } from '../rooms.ts'
import { type CommandLine, EXIT } from './command.ts'
import { readSettings } from './read-settings.ts'
import { textTable } from './text-table.ts'

/** Sets every plugin up and says which are on, which are off, and which cannot be set up, and why. */
export async function listPlugins(rooms: Rooms, line: CommandLine): Promise<number> {
  const { settings } = await readSettings(rooms, line)
  const store = await rooms.openStore('sqlite::memory:')
  const log = createLog({ level: 'silent', write() {}, redactor: createRedactor() })
  const { plugins, leftOut, problems } = await setUpPlugins(rooms, settings, closedSurroundings(store, log))
  const isOff = ({ name }: { name: string }) => settings.plugins[name] === false
  const rows = [
    ...plugins.map(({ name, definition }) => [name, 'on', definition.description]),
    ...rooms.plugins.filter(isOff).map(({ name, description }) => [name, 'off', description]),
    ...leftOut.map(({ source }) => [source, 'left out', '']),
  ]
  rooms.runtime.output.write(textTable([['name', 'state', 'description'], ...rows]))
  for (const problem of problems) rooms.runtime.output.error(`${problem}\n`)
  await Promise.all(plugins.map((plugin) => plugin.stop()))
  await store.close()
  return problems.length > 0 ? EXIT.usage : EXIT.ok
}
