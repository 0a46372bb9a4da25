import { addedLatency, type BenchMethod, type BenchTarget, countCalls } from '../bench/drive-calls.ts'
import { timeKeyPicks } from '../bench/time-key-picks.ts'
import { createClients } from '../http/clients.ts'
import { configuredKeys } from '../keyring/configured-keys.ts'
import { createLog } from '../log/log.ts'
import { createRedactor } from '../log/redactor.ts'
import { chooseStrategy } from '../plugins/choose-strategy.ts'
import { closedSurroundings } from '../plugins/closed-gateway.ts'
import { setUpPlugins } from '../plugins/set-up-plugins.ts'
import type { Rooms } from '../rooms.ts'
import type { Settings } from '../settings/settings.ts'
import { startGateway } from '../start.ts'
import { type Command, CommandError, type CommandLine, EXIT } from './command.ts'
import { readSettings, SETTINGS_OPTIONS } from './read-settings.ts'

const CONNECTIONS = 16
const TOKEN = 'sk-bench-of-this-machine'
const KEY_COUNTS = [10, 1_000, 100_000]
const METHODS: readonly (readonly [name: string, method: BenchMethod])[] = [
  ['whole', 'generateContent'],
  ['stream', 'streamGenerateContent?alt=sse'],
]

/** Measures this machine with the gateway of the settings in front of a simulated Google in a process of its own. */
export const bench: Command = {
  name: 'bench',
  summary: 'measure this machine against a simulated Google',
  arguments: '',
  options: { ...SETTINGS_OPTIONS, seconds: { takes: 'SECONDS', summary: 'how long each figure takes; 3' } },
  async run(rooms, line) {
    const seconds = secondsOf(line)
    const { settings } = await readSettings(rooms, line)
    const mock = await rooms.runtime.startAgain(['mock', '--port', '0'], STARTED)
    try {
      const [, url = '', keys = ''] = mock.match
      await measure(rooms, toBenchSettings(settings, url, keys.trim().split(/\s+/)), url, seconds)
    } finally {
      await mock.stop()
    }
    return EXIT.ok
  },
}

/** What the simulated Google says when it listens. */
const STARTED = /listens on (\S+)\nIts keys:\n((?: +\S+\n)+)/

function secondsOf(line: CommandLine): number {
  const text = line.text('seconds') ?? '3'
  const seconds = Number(text)
  if (seconds > 0 && seconds <= 600) return seconds
  throw new CommandError(`The option --seconds is "${text}", but must be a number up to 600`, EXIT.usage)
}

/** The plugins, the strategy and all else of the settings, without their keys, clients and data. */
function toBenchSettings(settings: Settings, url: string, keys: string[]): Settings {
  return {
    ...settings,
    server: { ...settings.server, host: '127.0.0.1', port: 0, adminToken: undefined },
    clients: [{ name: 'bench', token: TOKEN }],
    upstream: { ...settings.upstream, gemini: { baseUrl: url, headers: {} } },
    keys,
    storage: { url: 'sqlite::memory:' },
    log: { ...settings.log, level: 'silent' },
  }
}

async function measure(rooms: Rooms, settings: Settings, googleUrl: string, seconds: number): Promise<void> {
  const { output, memory, name, version } = rooms.runtime
  const store = await rooms.openStore(settings.storage.url)
  const clients = await createClients({
    configured: settings.clients,
    adminToken: undefined,
    records: store.tokens,
  })
  const running = await startGateway(rooms, settings, {
    store,
    clients,
    configuredKeys: keysOf(settings),
    readAgain: async () => ({ settings, waiting: [] }),
  })
  const gateway = { url: running.url, credential: TOKEN }
  const google = { url: googleUrl, credential: settings.keys.map(String)[0] ?? '' }
  const idle = memory()
  output.write(`On ${name} ${version}; one process serves and calls, so callers elsewhere get more.\n\n`)
  for (const [kind, method] of METHODS) output.write(await lineOf(kind, method, gateway, google, seconds))
  output.write(`memory   ${megabytes(idle)} MB at first, ${megabytes(memory())} MB now\n`)
  for (const keys of KEY_COUNTS) output.write(await pickLine(rooms, settings, keys))
  await running.stop(0)
  await store.close()
}

async function lineOf(
  kind: string,
  method: BenchMethod,
  gateway: BenchTarget,
  google: BenchTarget,
  seconds: number,
): Promise<string> {
  await countCalls(gateway, method, CONNECTIONS, seconds / 3) // warms it up
  const calls = await countCalls(gateway, method, CONNECTIONS, seconds)
  const { median, p99 } = await addedLatency(gateway, google, method, seconds)
  const added = `adds ${median.toFixed(2)} ms to a call alone (99 % under ${p99.toFixed(2)} ms)`
  return `${kind.padEnd(8)} ${calls.toFixed(0)} calls/s over ${CONNECTIONS} connections; ${added}\n`
}

function keysOf({ keys }: Settings) {
  return configuredKeys(keys, { origin: 'config', placeOf: () => 'among the keys of the bench' })
}

/** With the strategy of the settings. */
async function pickLine(rooms: Rooms, settings: Settings, keys: number): Promise<string> {
  const store = await rooms.openStore('sqlite::memory:')
  const log = createLog({ level: 'silent', write() {}, redactor: createRedactor() })
  const { plugins } = await setUpPlugins(rooms, settings, closedSurroundings(store, log))
  const cost = timeKeyPicks((context) => chooseStrategy(plugins, settings.routing, context), keys)
  await Promise.all(plugins.map((plugin) => plugin.stop()))
  await store.close()
  return `key pick ${cost.toFixed(0)} ns among ${keys} keys\n`
}

function megabytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0)
}
