import { createClients } from '../http/clients.ts'
import type { SettingsAgain } from '../plugins/reload.ts'
import type { Rooms } from '../rooms.ts'
import { changedSettings } from '../settings/changed-settings.ts'
import { SettingsError } from '../settings/settings-error.ts'
import { startGateway } from '../start.ts'
import { toBanner, tokenLines } from './banner.ts'
import { type Command, CommandError, type CommandLine, EXIT } from './command.ts'
import { startDemo } from './demo.ts'
import { configuredKeysOf } from './key-source.ts'
import { toListenProblem } from './listen-problem.ts'
import { type ReadSettings, readSettings, SETTINGS_OPTIONS } from './read-settings.ts'
import { watchConfig } from './watch-config.ts'

/** How long open answers may take to finish once the process was told to stop. */
const GRACE_SECONDS = 30

/** Runs the gateway until it is told to stop. */
export const serve: Command = {
  name: 'serve',
  summary: 'start the gateway',
  arguments: '',
  options: {
    ...SETTINGS_OPTIONS,
    demo: { summary: 'add a simulated Google, so that it answers without a key' },
  },
  async run(rooms, line) {
    const { output } = rooms.runtime
    const stopped = told(rooms)
    const read = await readSettings(rooms, line)
    const demo = line.has('demo') ? await startDemo(rooms, read) : undefined
    const settings = demo?.settings ?? read.settings
    const store = await rooms.openStore(settings.storage.url)
    const clients = await createClients({
      configured: settings.clients,
      adminToken: settings.server.adminToken,
      records: store.tokens,
    })
    // Before anything else can fail: what is not shown now is never shown.
    output.write(tokenLines(clients.made))
    const configuredKeys = demo?.keys ?? configuredKeysOf(read)
    const readAgain = () => readOnceMore(rooms, line, read)
    const gateway = await startGateway(rooms, settings, { store, clients, configuredKeys, readAgain }).catch(
      (thrown: unknown) => {
        throw toListenProblem(thrown, { port: 'server.port', host: 'server.host' }, settings.server)
      },
    )
    for (const problem of gateway.problems) output.error(`Warning: ${problem}\n`)
    output.write(
      toBanner({
        url: gateway.url,
        publicUrl: demo ? undefined : settings.server.publicUrl,
        host: settings.server.host,
        path: read.path,
        keys: gateway.keys,
        token: clients.made.find(({ kind }) => kind === 'client')?.token,
        demo,
      }),
    )
    const reload = () => void gateway.reload().catch(() => {}) // the log has the reason
    rooms.runtime.onReload(reload)
    const watch = watchConfig(rooms.runtime.files, read.path, reload)
    await stopped
    watch.close()
    await gateway.stop(GRACE_SECONDS)
    await demo?.stop()
    await store.close()
    return EXIT.ok
  },
}

/** What a command would be ended by is here one more problem of the settings. */
async function readOnceMore(rooms: Rooms, line: CommandLine, before: ReadSettings): Promise<SettingsAgain> {
  try {
    const { settings } = await readSettings(rooms, line)
    return { settings, waiting: changedSettings(before.settings, settings) }
  } catch (thrown) {
    throw thrown instanceof CommandError ? new SettingsError([thrown.message]) : thrown
  }
}

function told({ runtime }: Rooms): Promise<void> {
  return new Promise((resolve) => runtime.onStop(resolve))
}
