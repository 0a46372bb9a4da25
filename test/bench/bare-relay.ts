// The yardstick: a program of its own that reads each request whole and passes the reply on, and does nothing else.
const upstream = process.argv[2] ?? ''

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  async fetch(request) {
    const { pathname, search } = new URL(request.url)
    const answer = await fetch(upstream + pathname + search, {
      method: request.method,
      headers: {
        'content-type': 'application/json',
        'x-goog-api-key': 'none',
        'accept-encoding': 'identity',
      },
      body: await request.arrayBuffer(),
    })
    return new Response(answer.body, { status: answer.status, headers: answer.headers })
  },
})
process.stdout.write(`The bare relay listens on http://127.0.0.1:${server.port}\n`)
