import { dirname, join } from 'node:path'
import type { Rooms } from '../rooms.ts'
import { CommandError, type CommandLine, EXIT } from './command.ts'
import { scaffoldOf } from './plugin-scaffold.ts'

/** Writes a plugin that works, with its test, into `plugins/NAME` beside the config, where the gateway finds it. */
export async function newPlugin(rooms: Rooms, line: CommandLine): Promise<number> {
  const { files, output } = rooms.runtime
  const [name, ...rest] = line.arguments
  if (name === undefined || rest.length > 0)
    throw new CommandError('Write "geminate plugin new NAME"', EXIT.usage)
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new CommandError(`"${name}" is no name for a plugin: write it as my-plugin`, EXIT.usage)
  }
  if (rooms.plugins.some((shipped) => shipped.name === name)) {
    throw new CommandError(`There is a plugin "${name}" already: it ships`, EXIT.usage)
  }
  const folder = join(dirname(line.text('config') ?? 'geminate.yaml'), 'plugins', name)
  if ((await files.list(folder)).length > 0) throw new CommandError(`${folder} is there already`, EXIT.usage)
  for (const [file, text] of Object.entries(scaffoldOf(name))) {
    await files.write(join(folder, file), text)
    output.write(`${join(folder, file)}\n`)
  }
  output.write(`\nTry it: geminate plugin test ${folder}\nThen:   geminate serve --demo\n`)
  return EXIT.ok
}
