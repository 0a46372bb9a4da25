import { didYouMean, nearestName } from '../settings/nearest-name.ts'
import { type Command, CommandError, type CommandLine, EXIT } from './command.ts'
import { exportKeys } from './keys-export.ts'
import { importKeys } from './keys-import.ts'
import { printKeys } from './keys-list.ts'
import { testKeys } from './keys-test.ts'
import { type OpenKeys, openKeys } from './open-keys.ts'
import { SETTINGS_OPTIONS } from './read-settings.ts'

const VERBS: Readonly<Record<string, (keys: OpenKeys, line: CommandLine) => Promise<number>>> = {
  import: importKeys,
  list: printKeys,
  test: testKeys,
  export: exportKeys,
}

/** The keys in the store and in the settings, whether a gateway runs or not; one that does takes changes in within two seconds. */
export const keys: Command = {
  name: 'keys',
  summary: 'import, list, test or export keys; from and to files, or standard input and output',
  arguments: 'import|list|test|export [FILE]',
  options: {
    tags: { takes: 'TAGS', summary: 'import: tags for all keys, with commas between them' },
    weight: { takes: 'NUMBER', summary: 'import: a weight for all keys' },
    pattern: { takes: 'REGEX', summary: 'import: what a key looks like; both known forms' },
    'any-shape': { summary: 'import: take what fits no pattern too' },
    'dry-run': { summary: 'import: say what would be added, and add nothing' },
    project: { takes: 'PROJECT', summary: 'import: the project of all keys; else: keys of this project' },
    upstream: {
      takes: 'UPSTREAM',
      summary: 'import: the service of all keys, gemini or vertex; else: keys of it',
    },
    state: { takes: 'STATE', summary: 'keys in this state' },
    tag: { takes: 'TAG', summary: 'keys with this tag' },
    origin: { takes: 'ORIGIN', summary: 'keys from config, environment or admin' },
    text: { takes: 'TEXT', summary: 'keys with this in their name, masked form, id or note' },
    model: { takes: 'MODEL', summary: 'test: spend one real call on this model with each key' },
    json: { summary: 'print JSON' },
    format: { takes: 'FORMAT', summary: 'export: text, json or csv; by the name of the file, else text' },
    yes: { summary: 'export: print secrets where nobody looks on' },
    ...SETTINGS_OPTIONS,
  },
  async run(rooms, line) {
    const [name = '', , ...rest] = line.arguments
    const run = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
    if (run === undefined || rest.length > 0) throw wrongUse(name)
    const keys = await openKeys(rooms, line)
    try {
      return await run(keys, line)
    } finally {
      await keys.close()
    }
  },
}

function wrongUse(verb: string): CommandError {
  const hint = Object.hasOwn(VERBS, verb) ? '' : didYouMean(nearestName(verb, Object.keys(VERBS)))
  return new CommandError(`Write "geminate keys import|list|test|export [FILE]"${hint}`, EXIT.usage)
}
