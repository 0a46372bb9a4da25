import { once } from 'node:events'
import type { Agent } from 'node:http'
import { TLSSocket } from 'node:tls'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { SocksProxyAgent } from 'socks-proxy-agent'
import { toConnectError } from './proxy-problem.ts'
import { TunnelAgent } from './tunnel-agent.ts'
import { within } from './within.ts'

export interface ProxyOptions {
  /** `http:`, `https:`, `socks5:` or `socks5h:`, with user and password where it wants them. */
  readonly url: string
  /** What messages call it: without user and password. */
  readonly name: string
  /** The one authority to trust, as PEM; the runtime's own list where absent. */
  readonly ca?: string
  /** How long it may take to connect, TLS included; 15 s. */
  readonly connectMilliseconds?: number
}

/** Agents for any client of `node:http`, `node:https` or `ws`. Each keeps its own open connections. */
export interface ProxyAgents {
  for(url: string): Agent
}

const CONNECT_MILLISECONDS = 15_000

/**
 * The agents of one proxy. What the proxy itself refuses is a ProxyError of the request, never an answer; only of
 * an `http:` address behind an HTTP proxy a 407 must be looked for among the answers.
 */
export function createProxyAgents(options: ProxyOptions): ProxyAgents {
  const { url, name, ca, connectMilliseconds = CONNECT_MILLISECONDS } = options
  const tunnelOptions = { name, ca, connectMilliseconds }
  if (url.startsWith('socks')) {
    // Names resolve at the proxy, whichever of the two the operator wrote: a look-up here would tell of them.
    const tunneller = new SocksProxyAgent(url.replace(/^socks5:/, 'socks5h:'))
    const agent = new TunnelAgent(tunneller, tunnelOptions)
    return { for: () => agent }
  }
  const tunnels = new TunnelAgent(new HttpsProxyAgent(url, { keepAlive: true, ca }), tunnelOptions)
  const plain = createPlainAgent(url, { name, ca, connectMilliseconds })
  // Only a tunnel carries a WebSocket: proxies take its upgrade out of a request that they pass on.
  return { for: (address) => (address.startsWith('http:') ? plain : tunnels) }
}

/** Asks the proxy without a tunnel, which many allow to port 443 alone. */
function createPlainAgent(
  url: string,
  { name, ca, connectMilliseconds }: { name: string; ca: string | undefined; connectMilliseconds: number },
): Agent {
  // Such proxies close after each answer, and a connection that is kept breaks at its second request.
  const agent = new HttpProxyAgent(url, { keepAlive: false, ca })
  const connect = async (...destination: Parameters<typeof agent.connect>) => {
    const socket = await HttpProxyAgent.prototype.connect.apply(agent, destination)
    // The agent waits for no more than the connection below TLS.
    if (socket instanceof TLSSocket) await once(socket, 'secureConnect')
    return socket
  }
  return Object.assign(agent, {
    connect: (...destination: Parameters<typeof connect>) =>
      within(connectMilliseconds, connect(...destination), (late) => late.destroy()).catch((thrown) => {
        throw toConnectError(name, thrown)
      }),
  })
}
