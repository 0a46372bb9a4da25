import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** `region` answers as Google does where it does not serve, `sorry` as it does robots, in the host's place. */
export type Mood = 'good' | 'region' | 'sorry'

/** An HTTP proxy for plain upstreams that does as a test says. */
export interface SteeredProxy {
  readonly url: string
  mood: Mood
  /** Requests that it was sent. */
  requests: number
  /** Ends it; `start` begins anew on the same port. */
  stop(): Promise<void>
  start(): Promise<void>
}

/** A proxy that passes on what it is sent. */
export async function startSteeredProxy(): Promise<SteeredProxy> {
  let server: http.Server | undefined
  let port = 0

  const proxy: SteeredProxy = {
    mood: 'good',
    requests: 0,
    get url() {
      return `http://127.0.0.1:${port}`
    },
    async start() {
      server = http.createServer((request, response) => {
        proxy.requests++
        if (proxy.mood === 'good') passOn(request, response)
        else refuse(proxy.mood, response)
      })
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      port = (server.address() as AddressInfo).port
    },
    async stop() {
      if (!server?.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  await proxy.start()
  return proxy
}

function passOn(request: http.IncomingMessage, response: http.ServerResponse): void {
  const { 'proxy-connection': _, ...headers } = request.headers
  const onward = http.request(request.url ?? '', { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

function refuse(mood: Exclude<Mood, 'good'>, response: http.ServerResponse): void {
  if (mood === 'sorry') {
    response.writeHead(429, { 'content-type': 'text/html' })
    response.end(
      '<html><head><title>Sorry...</title></head><body>unusual traffic from your network</body></html>',
    )
    return
  }
  const message = 'User location is not supported for the API use.'
  response.writeHead(400, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { code: 400, message, status: 'FAILED_PRECONDITION' } }))
}
