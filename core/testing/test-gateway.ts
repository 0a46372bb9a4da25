import type { TSchema } from '@sinclair/typebox'
import { createClients } from '../http/clients.ts'
import { configuredKeys } from '../keyring/configured-keys.ts'
import type { Host, PluginDefinition } from '../plugin.ts'
import type { Rooms, SimulatedGoogleServer } from '../rooms.ts'
import { loadSettings } from '../settings/load-settings.ts'
import { startGateway } from '../start.ts'

/** Which gateway a test needs. */
export interface TestGatewayOptions {
  /** The plugins to try, each alone or with its options. They run after those that ship. */
  readonly plugins?: readonly TestPlugin[]
  /** As in the config file; keys, clients, upstream and storage are the kit's. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** How many keys it has; 3 where absent. */
  readonly keys?: number
}

/** A definition, or one with options. */
export type TestPlugin =
  | PluginDefinition<TSchema>
  | readonly [definition: PluginDefinition<TSchema>, options: Readonly<Record<string, unknown>>]

/** A whole gateway on loopback, with a simulated Google behind it. Nothing leaves the machine. */
export interface TestGateway {
  /** Without a slash at the end. */
  readonly url: string
  readonly google: SimulatedGoogleServer
  /** A client's token, which `fetch` sends already. */
  readonly token: string
  readonly adminToken: string
  /** What a plugin of this gateway is given: its image beds, a store, a fetch. */
  readonly host: Host
  /** One sentence for each plugin that could not be set up. */
  readonly problems: readonly string[]
  /** What the gateway logged, one JSON object a line. */
  log(): string
  /** Asks the gateway as a client; a `body` that is no text is sent as JSON, by POST. */
  fetch(path: string, init?: TestRequest): Promise<Response>
  close(): Promise<void>
}

/** A request of a test. */
export interface TestRequest extends Omit<RequestInit, 'body'> {
  readonly body?: unknown
}

const TOKEN = 'sk-test-of-a-plugin'
const ADMIN_TOKEN = 'ga-test-of-a-plugin'

/** Starts one; close it when done. Rejects where its settings or options are wrong. */
export async function openTestGateway(rooms: Rooms, options: TestGatewayOptions): Promise<TestGateway> {
  const google = await rooms.startSimulatedGoogle({ host: '127.0.0.1', port: 0, dataFolder: undefined })
  try {
    return await openBefore(google, rooms, options)
  } catch (thrown) {
    await google.stop()
    throw thrown
  }
}

async function openBefore(
  google: SimulatedGoogleServer,
  rooms: Rooms,
  options: TestGatewayOptions,
): Promise<TestGateway> {
  const asked = (options.plugins ?? []).map(withOptions)
  const own = withPlugins(rooms, asked)
  const { settings } = loadSettings({
    text: JSON.stringify(configOf(options, asked, google)),
    path: 'the settings of the test',
    environment: {},
    pluginOptions: Object.fromEntries(own.rooms.plugins.map((each) => [each.name, each.options])),
  })
  const store = await rooms.openStore('sqlite::memory:')
  const clients = await createClients({
    configured: settings.clients,
    adminToken: ADMIN_TOKEN,
    records: store.tokens,
  })
  const gateway = await startGateway(own.rooms, settings, {
    store,
    clients,
    configuredKeys: configuredKeys(settings.keys, {
      origin: 'config',
      placeOf: () => 'among the keys of the test',
    }),
    readAgain: async () => ({ settings, waiting: [] }),
  })
  return {
    url: gateway.url,
    google,
    token: TOKEN,
    adminToken: ADMIN_TOKEN,
    host: own.host(),
    problems: gateway.problems,
    log: own.log,
    fetch: (path, init = {}) => fetch(gateway.url + path, toInit(init)),
    async close() {
      await gateway.stop(0)
      await store.close()
      await google.stop()
    },
  }
}

function withOptions(plugin: TestPlugin) {
  const [definition, options] = 'name' in plugin ? [plugin, {}] : plugin
  return { definition, options }
}

type Asked = ReturnType<typeof withOptions>

/** A program in which the plugins of the test ship too, and that prints nothing. */
function withPlugins(rooms: Rooms, asked: readonly Asked[]) {
  let printed = ''
  let host: Host | undefined
  const kit: PluginDefinition = {
    name: 'test-kit',
    api: 1,
    description: 'Lends its host to a test.',
    setup(_, own) {
      host = own
      return {}
    },
  }
  const write = (text: string) => {
    printed += text
  }
  const output = { ...rooms.runtime.output, write, error: write, isTerminal: false }
  const names = new Set(asked.map(({ definition }) => definition.name))
  const shipped = rooms.plugins.filter(({ name }) => !names.has(name))
  const plugins = [...shipped, kit, ...asked.map(({ definition }) => definition)]
  // A test is to fail by what it leaves behind.
  const runtime = { ...rooms.runtime, output, onStray() {} }
  return {
    rooms: { ...rooms, plugins, runtime },
    log: () => printed,
    host() {
      if (!host) throw new Error('The gateway has not started yet')
      return host
    },
  }
}

function configOf(
  { settings = {}, keys = 3 }: TestGatewayOptions,
  asked: readonly Asked[],
  google: SimulatedGoogleServer,
) {
  const { server, plugins, ...rest } = settings as { server?: object; plugins?: object }
  return {
    ...rest,
    server: { host: '127.0.0.1', port: 0, ...server },
    clients: [{ name: 'tester', token: TOKEN }],
    keys: Array.from({ length: keys }, (_, index) => google.keys[index] ?? `${google.keys[0]}-${index}`),
    upstream: { gemini: { baseUrl: google.url }, vertex: { baseUrl: google.url } },
    storage: { url: 'sqlite::memory:' },
    plugins: {
      ...plugins,
      ...Object.fromEntries(asked.map(({ definition, options }) => [definition.name, options])),
    },
  }
}

function toInit({ body, headers, ...init }: TestRequest): RequestInit {
  const isBytes = typeof body === 'string' || body instanceof Uint8Array
  return {
    method: body === undefined ? 'GET' : 'POST',
    ...init,
    ...(body !== undefined && { body: isBytes ? (body as BodyInit) : JSON.stringify(body) }),
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(headers as Record<string, string>),
    },
  }
}
