import { createClients } from '../http/clients.ts'
import { createApp } from '../http/plugin-app.ts'
import { mountPluginRoutes } from '../http/plugin-routes.ts'
import { createLog } from '../log/log.ts'
import { createRedactor } from '../log/redactor.ts'
import { chooseStrategy } from '../plugins/choose-strategy.ts'
import { closedSurroundings } from '../plugins/closed-gateway.ts'
import { setUpPlugins } from '../plugins/set-up-plugins.ts'
import { type Command, EXIT } from './command.ts'
import { readSettings, SETTINGS_OPTIONS } from './read-settings.ts'

/** Validates the settings and sets every plugin up, without listening and without touching kept data. */
export const check: Command = {
  name: 'check',
  summary: 'validate the settings and set every plugin up, without listening',
  arguments: '',
  options: SETTINGS_OPTIONS,
  async run(rooms, line) {
    const { output } = rooms.runtime
    const { settings } = await readSettings(rooms, line)
    const store = await rooms.openStore('sqlite::memory:')
    // For what it refuses; the store forgets what it makes.
    await createClients({
      configured: settings.clients,
      adminToken: settings.server.adminToken,
      records: store.tokens,
    })
    const log = createLog({ level: 'silent', write() {}, redactor: createRedactor() })
    const { plugins, problems } = await setUpPlugins(rooms, settings, closedSurroundings(store, log))
    mountPluginRoutes(createApp(), plugins)
    chooseStrategy(plugins, settings.routing, {
      now: Date.now,
      random: Math.random,
      slack: () => 1,
      inFlight: () => 0,
    })
    await Promise.all(plugins.map((plugin) => plugin.stop()))
    await store.close()
    for (const problem of problems) output.error(`${problem}\n`)
    if (problems.length > 0) return EXIT.usage
    const names = plugins.map(({ name }) => name).join(', ')
    const { length } = settings.keys
    const keys = `${length} ${length === 1 ? 'key' : 'keys'}`
    output.write(`The settings are good: ${keys}; plugins: ${names || 'none'}\n`)
    return EXIT.ok
  },
}
