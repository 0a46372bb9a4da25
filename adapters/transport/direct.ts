import process from 'node:process'
import type { Transport } from '../../core/transport.ts'

/**
 * The straight way out, through the runtime's own `fetch`. A proxy that the environment names
 * (`HTTP_PROXY` and its like) is never used: which way a key goes out is a setting, not an accident.
 */
export function createDirectTransport(): Transport {
  if (!('Bun' in globalThis)) forgetProxies()
  return {
    fetch(url, { method, headers, body, signal }) {
      return fetch(url, { method, headers, body: body as BodyInit | undefined, signal, ...ALWAYS })
    },
  }
}

const ALWAYS = {
  redirect: 'manual',
  // Both are Bun's own: its fetch gives up after five minutes, and looks for proxies in the environment.
  timeout: false,
  proxy: false,
} as unknown as RequestInit

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']

/** Deno reads these at its first `fetch` and offers no way to say no. */
function forgetProxies(): void {
  for (const name of PROXY_VARIABLES) {
    delete process.env[name]
    delete process.env[name.toLowerCase()]
  }
}
