import { type SimulatedGoogle, startSimulatedGoogle } from '../../adapters/simulated-google/index.ts'
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts'

/** A gateway and the simulated Google behind it. */
export interface Scene {
  readonly google: SimulatedGoogle
  readonly gateway: GatewayProcess
  /** A native call with the client's token. */
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>
  /** What the admin sees of the keys. */
  keys(): Promise<KeyItem[]>
  close(): Promise<void>
}

export interface KeyItem {
  readonly id: string
  readonly name: string
  readonly project: string
  readonly masked: string
  readonly state: string
  readonly reason: string
  readonly rests: readonly { model: string; until: number; state: string; reason: string }[]
}

export const MODEL = 'gemini-3.8-flash'
export const QUESTION = { contents: [{ role: 'user', parts: [{ text: 'Say hello' }] }] }

/** Starts both; `keys` are the gateway's, all of them good at Google unless a script says otherwise. */
export async function openScene(
  keys: readonly string[],
  settings: Record<string, unknown> = {},
): Promise<Scene> {
  const google = await startSimulatedGoogle({ keys: [...keys], dataFolder: process.env.GEMINATE_GOOGLE_DATA })
  const { upstream, ...rest } = settings
  const gateway = await startGatewayProcess({
    keys: keys.map((key, index) => ({ key, name: `key-${index + 1}` })),
    upstream: { gemini: { baseUrl: google.url }, ...(upstream as object) },
    ...rest,
  })
  return {
    google,
    gateway,
    post(path, body, init = {}) {
      return fetch(gateway.url + path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
        headers: {
          'content-type': 'application/json',
          'x-goog-api-key': gateway.clientToken,
          ...init.headers,
        },
      })
    },
    async keys() {
      const response = await fetch(`${gateway.url}/admin/api/keys?limit=1000`, {
        headers: { authorization: `Bearer ${gateway.adminToken}` },
      })
      const { items } = (await response.json()) as { items: KeyItem[] }
      return items
    },
    async close() {
      await gateway.remove()
      await google.stop()
    },
  }
}

/** Secrets that look like real ones, and are none. */
export function fakeKeys(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? `AIzaSyFAKE${String(index).padStart(4, '0')}abcdefghijklmnopqrstuvwx`
      : `AQ.Ab8FAKE${String(index).padStart(4, '0')}_abcdefghijklmnopqrstuvwxyz-0123456789.x`,
  )
}
