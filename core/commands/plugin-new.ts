import { dirname, join, resolve } from 'node:path'
import type { Rooms } from '../rooms.ts'
import { didYouMean, nearestName } from '../settings/nearest-name.ts'
import { writeAuthorFiles } from './author-files.ts'
import { CommandError, type CommandLine, EXIT } from './command.ts'
import { SCAFFOLDS, type Scaffold } from './scaffolds/scaffold.ts'

/** The kinds of plugins that can be started, in the words of the command line. */
export const KINDS = Object.keys(SCAFFOLDS).join('|')

/**
 * Writes a plugin that works, with its test, into `plugins/NAME` beside the config, where the gateway finds it, and
 * beside it what editors need.
 */
export async function newPlugin(rooms: Rooms, line: CommandLine): Promise<number> {
  const { files, output } = rooms.runtime
  const name = nameOf(rooms, line)
  const { plugin, test } = scaffoldOf(line.text('kind') ?? 'hook', name)
  const place = join(dirname(line.text('config') ?? 'geminate.yaml'), 'plugins')
  if (resolve(place) === resolve(rooms.shippedFolder))
    throw new CommandError(`${place} holds the plugins that ship: go to a folder of your own`, EXIT.usage)
  const folder = join(place, name)
  if ((await files.list(folder)).length > 0) throw new CommandError(`${folder} is there already`, EXIT.usage)
  await files.write(join(folder, 'index.ts'), plugin)
  await files.write(join(folder, `${name}.test.ts`), test)
  output.write(`${join(folder, 'index.ts')}\n${join(folder, `${name}.test.ts`)}\n`)
  try {
    for (const path of await writeAuthorFiles(rooms, place)) output.write(`${path}\n`)
  } catch (thrown) {
    // The plugin works without.
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    output.error(`Editors get no types: ${reason}\n`)
  }
  output.write(`\nTry it: geminate plugin test ${folder}\nThen:   geminate serve --demo\n`)
  return EXIT.ok
}

function nameOf(rooms: Rooms, line: CommandLine): string {
  const [name, ...rest] = line.arguments
  if (name === undefined || rest.length > 0)
    throw new CommandError(`Write "geminate plugin new NAME [--kind ${KINDS}]"`, EXIT.usage)
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new CommandError(`"${name}" is no name for a plugin: write it as my-plugin`, EXIT.usage)
  }
  if (rooms.plugins.some((shipped) => shipped.name === name)) {
    throw new CommandError(`There is a plugin "${name}" already: it ships`, EXIT.usage)
  }
  return name
}

function scaffoldOf(kind: string, name: string): Scaffold {
  const scaffold = Object.entries(SCAFFOLDS).find(([known]) => known === kind)?.[1]
  if (scaffold) return scaffold(name)
  const hint = didYouMean(nearestName(kind, Object.keys(SCAFFOLDS)))
  throw new CommandError(`There is no kind "${kind}" of plugins: write --kind ${KINDS}${hint}`, EXIT.usage)
}
