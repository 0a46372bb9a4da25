import { randomBytes } from 'node:crypto'
import { type ConfiguredKey, configuredKeys } from '../keyring/configured-keys.ts'
import type { Rooms } from '../rooms.ts'
import type { Settings } from '../settings/settings.ts'
import type { ReadSettings } from './read-settings.ts'

/** A running simulated Google, and the settings that send the gateway to it. */
export interface Demo {
  readonly settings: Settings
  readonly keys: readonly ConfiguredKey[]
  readonly tokens: DemoTokens
  /** Where the simulated Google listens. */
  readonly googleUrl: string
  stop(): Promise<void>
}

/** Printed at every start: they open nothing but the demo. */
export interface DemoTokens {
  readonly admin: string
  readonly client: string
}

const FOLDER = 'data/demo'

/**
 * Starts the simulated Google on loopback. The demo keeps its data and its tokens in a folder of its own
 * and never uses a key, a client or an upstream of the settings it is given.
 */
export async function startDemo(rooms: Rooms, read: ReadSettings): Promise<Demo> {
  const google = await rooms.startSimulatedGoogle({ host: '127.0.0.1', port: 0, dataFolder: undefined })
  const tokens = await demoTokens(rooms.runtime.files)
  const { settings } = read
  const keys = [...google.keys, ...google.vertexKeys.map((key) => ({ key, upstream: 'vertex' as const }))]
  return {
    tokens,
    keys: configuredKeys(keys, { origin: 'config', placeOf: () => 'among the keys of the demo' }),
    googleUrl: google.url,
    stop: () => google.stop(),
    settings: {
      ...settings,
      server: { ...settings.server, host: hostOf(read), adminToken: tokens.admin },
      clients: [{ name: 'demo', token: tokens.client }],
      upstream: {
        ...settings.upstream,
        gemini: { baseUrl: google.url, headers: {} },
        vertex: { ...settings.upstream.vertex, baseUrl: google.url, headers: {} },
      },
      keys,
      proxies: { ...settings.proxies, urls: [], byTag: {} },
      storage: { url: `sqlite:${FOLDER}/geminate.db` },
    },
  }
}

/** `PORT` alone opens a gateway to other machines, but not a demo. */
function hostOf({ settings, variables }: ReadSettings): string {
  return variables.get('server.host') === 'PORT' ? '127.0.0.1' : settings.server.host
}

/** The tokens of the last demo, or new ones; only this user can read them. */
async function demoTokens(files: Rooms['runtime']['files']): Promise<DemoTokens> {
  const path = `${FOLDER}/tokens.json`
  const kept = toTokens(await files.read(path))
  if (kept) return kept
  const made = { admin: `ga-demo-${secret()}`, client: `sk-demo-${secret()}` }
  await files.write(path, `${JSON.stringify(made, undefined, 2)}\n`, 0o600)
  return made
}

function toTokens(text = ''): DemoTokens | undefined {
  try {
    const { admin, client } = JSON.parse(text) as Partial<DemoTokens>
    return typeof admin === 'string' && typeof client === 'string' ? { admin, client } : undefined
  } catch {
    return undefined
  }
}

function secret(): string {
  return randomBytes(24).toString('base64url')
}
