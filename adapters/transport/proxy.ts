import type { ProxyError, Transport } from '../../core/transport.ts'
import { sendRequest } from './node-request.ts'
import { openSocket } from './open-socket.ts'
import { createProxyAgents, type ProxyOptions } from './proxy-agents.ts'
import { toRefusedError } from './proxy-problem.ts'

/** The way out through a proxy. */
export function createProxyTransport(options: ProxyOptions): Transport {
  const { name } = options
  const agents = createProxyAgents(options)
  const isTunnelled = (url: string) => options.url.startsWith('socks') || !url.startsWith('http:')

  return {
    async fetch(url, request) {
      const response = await sendRequest(url, request, agents.for(url))
      if (isTunnelled(url) || !isProxysOwn(response)) return response
      await response.body?.cancel()
      throw toProxysOwn(name, url, response.status)
    },
    openSocket: (url, request, handler) => openSocket(url, request, handler, agents.for(url)),
  }
}

/** Without a tunnel the proxy answers in the host's place: with 407, or as tinyproxy does with 401 and a challenge. */
function isProxysOwn({ status, headers }: Response): boolean {
  return status === 407 || (status === 401 && /^basic\b/i.test(headers.get('www-authenticate') ?? ''))
}

function toProxysOwn(name: string, url: string, status: number): ProxyError {
  return toRefusedError(name, new URL(url).hostname, status)
}
