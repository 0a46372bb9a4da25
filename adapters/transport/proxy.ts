import { ProxyError, SocketRefused, type Transport } from '../../core/transport.ts'
import { sendRequest } from './node-request.ts'
import { openSocket } from './open-socket.ts'
import { createProxyAgents, type ProxyOptions } from './proxy-agents.ts'
import { toRefusedError } from './proxy-problem.ts'

const PROXY_AUTHENTICATION_REQUIRED = 407

/** The way out through a proxy. */
export function createProxyTransport(options: ProxyOptions): Transport {
  const { name } = options
  const agents = createProxyAgents(options)

  return {
    async fetch(url, request) {
      const response = await sendRequest(url, request, agents.for(url))
      if (response.status !== PROXY_AUTHENTICATION_REQUIRED) return response
      await response.body?.cancel()
      throw toProxysOwn(name, url)
    },
    async openSocket(url, request, handler) {
      try {
        return await openSocket(url, request, handler, agents.for(url))
      } catch (thrown) {
        const isProxys = thrown instanceof SocketRefused && thrown.status === PROXY_AUTHENTICATION_REQUIRED
        throw isProxys ? toProxysOwn(name, url) : thrown
      }
    },
  }
}

/** No host answers 407: it is the proxy that does, in the host's place where it is asked without a tunnel. */
function toProxysOwn(name: string, url: string): ProxyError {
  return toRefusedError(name, new URL(url).hostname, PROXY_AUTHENTICATION_REQUIRED)
}
