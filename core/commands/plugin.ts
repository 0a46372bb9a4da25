import { didYouMean, nearestName } from '../settings/nearest-name.ts'
import { type Command, CommandError, EXIT } from './command.ts'
import { listPlugins } from './plugin-list.ts'
import { KINDS, newPlugin } from './plugin-new.ts'
import { testPlugins } from './plugin-test.ts'
import { SETTINGS_OPTIONS } from './read-settings.ts'

const VERBS = { new: newPlugin, list: listPlugins, test: testPlugins }

/** For authors of plugins: a first one to start from, what the settings make of them, and their own tests. */
export const plugin: Command = {
  name: 'plugin',
  summary: 'start a plugin of your own, list what the settings switch on, run tests of plugins',
  arguments: 'new NAME | list | test [PATH …]',
  options: {
    ...SETTINGS_OPTIONS,
    kind: { takes: 'KIND', summary: `what "new" starts: ${KINDS.replaceAll('|', ', ')} (hook)` },
  },
  run(rooms, line) {
    const [verb = '', ...rest] = line.arguments
    const known = Object.entries(VERBS).find(([name]) => name === verb)
    if (known) return known[1](rooms, { ...line, arguments: rest })
    const hint = didYouMean(nearestName(verb, Object.keys(VERBS)))
    throw new CommandError(
      `Write "geminate plugin new NAME", "geminate plugin list" or "geminate plugin test"${hint}`,
      EXIT.usage,
    )
  },
}
