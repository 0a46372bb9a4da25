import { makeToken } from '../http/clients.ts'
import { didYouMean, nearestName } from '../settings/nearest-name.ts'
import { type Command, CommandError, EXIT } from './command.ts'
import { readSettings, SETTINGS_OPTIONS } from './read-settings.ts'

const KINDS = ['admin', 'client'] as const

/** Makes a token and prints it once; a running gateway takes it within a second or two. */
export const token: Command = {
  name: 'token',
  summary: 'make a token and print it once; it replaces the one of the same name',
  arguments: 'new admin|client',
  options: {
    name: { takes: 'NAME', summary: 'whose token it is; "admin" or "default"' },
    ...SETTINGS_OPTIONS,
  },
  async run(rooms, line) {
    const kind = kindOf(line.arguments)
    const { settings } = await readSettings(rooms, line)
    const store = await rooms.openStore(settings.storage.url)
    try {
      const name = line.text('name') ?? (kind === 'admin' ? 'admin' : 'default')
      const made = await makeToken(store.tokens, { kind, name })
      rooms.runtime.output.write(`${made.token}\n`)
    } finally {
      await store.close()
    }
    return EXIT.ok
  },
}

function kindOf([verb, kind, ...rest]: readonly string[]): (typeof KINDS)[number] {
  const known = KINDS.find((name) => name === kind)
  if (verb === 'new' && known && rest.length === 0) return known
  const hint = verb === 'new' && kind !== undefined ? didYouMean(nearestName(kind, KINDS)) : ''
  throw new CommandError(`Write "geminate token new admin" or "geminate token new client"${hint}`, EXIT.usage)
}
