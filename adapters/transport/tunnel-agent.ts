import type { ClientRequest } from 'node:http'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { Agent, type AgentConnectOpts } from 'agent-base'
import type { HttpsProxyAgent } from 'https-proxy-agent'
import type { SocksProxyAgent } from 'socks-proxy-agent'
import type { ProxyError } from '../../core/transport.ts'
import { toConnectError, toRefusedError, toTrustError } from './proxy-problem.ts'
import { within } from './within.ts'

/** What opens tunnels. */
export type Tunneller = SocksProxyAgent | HttpsProxyAgent<string>

export interface TunnelOptions {
  readonly name: string
  readonly ca: string | undefined
  readonly connectMilliseconds: number
}

/**
 * An agent whose connections all go through a proxy's tunnels. It makes the TLS in them itself, so that each failure
 * says what it is; and it does not show its proxy, which Bun's `ws` would take and connect to in its own way.
 */
export class TunnelAgent extends Agent {
  readonly #tunneller: Tunneller
  readonly #options: TunnelOptions

  constructor(tunneller: Tunneller, options: TunnelOptions) {
    super({ keepAlive: true })
    this.#tunneller = tunneller
    this.#options = options
  }

  override connect(request: ClientRequest, destination: AgentConnectOpts): Promise<Duplex> {
    const { name, connectMilliseconds } = this.#options
    const connecting = this.#connect(request, destination)
    return within(connectMilliseconds, connecting, (late) => late.destroy()).catch((thrown) => {
      throw toConnectError(name, thrown)
    })
  }

  async #connect(request: ClientRequest, destination: AgentConnectOpts): Promise<Duplex> {
    const { name, ca } = this.#options
    const refusal = refusalOf(request, name, destination.host ?? '')
    const plain = { ...destination, secureEndpoint: false } as Parameters<Tunneller['connect']>[1]
    const tunnel: Duplex = await this.#tunneller.connect(request, plain)
    const error = refusal()
    if (error) {
      tunnel.destroy()
      throw error
    }
    return destination.secureEndpoint ? secured(tunnel, { ...destination, ca }, name) : tunnel
  }
}

/** A refused CONNECT is played back as if the other side had answered so; only this event tells. */
function refusalOf(request: ClientRequest, name: string, host: string): () => ProxyError | undefined {
  let status = 200
  request.once('proxyConnect', ({ statusCode = 200 }: { statusCode?: number }) => {
    status = statusCode
  })
  return () => (status === 200 ? undefined : toRefusedError(name, host, status))
}

function secured(
  tunnel: Duplex,
  destination: tls.ConnectionOptions & { host?: string },
  name: string,
): Promise<Duplex> {
  const { host = '', path: _, port: __, servername, ...rest } = destination
  const named = net.isIP(host) === 0 ? { servername: servername || host } : {}
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ ...rest, ...named, host, socket: tunnel as net.Socket })
    const fail = (error: Error) => {
      socket.destroy()
      reject(toTrustError(name, host, error))
    }
    socket.once('error', fail)
    socket.once('close', () => fail(new Error('the connection closed')))
    socket.once('secureConnect', () => {
      socket.off('error', fail)
      resolve(socket)
    })
  })
}
