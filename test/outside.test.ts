import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { createOutside } from '../adapters/transport/outside.ts'
import { serving } from './contract/transport.ts'

const GET = { method: 'GET', headers: {}, signal: new AbortController().signal }

describe('The way outside', () => {
  test('knows the addresses of a name, and that there are none', async () => {
    const addresses = await createOutside().resolve('localhost')
    assert.ok(addresses.includes('127.0.0.1') || addresses.includes('::1'))
    await assert.rejects(createOutside().resolve('no-such-host.invalid'))
  })

  test('goes to the address that it is told, by the name of the URL', () =>
    serving(
      (request, response) => response.end(`${request.method} ${request.url} ${request.headers.host}`),
      async (base) => {
        const url = new URL('http://media.example/a?b=1')
        url.port = new URL(base).port
        const answer = await createOutside().send(url, ['127.0.0.1'], GET)
        assert.equal(await answer.text(), `GET /a?b=1 media.example:${url.port}`)
      },
    ))

  test('goes to the next address where one does not answer', () =>
    serving(
      (_request, response) => response.end('here'),
      async (base) => {
        const url = new URL(base)
        const answer = await createOutside().send(
          new URL(`http://a.example:${url.port}`),
          ['127.0.0.9', '127.0.0.1'],
          GET,
        )
        assert.equal(await answer.text(), 'here')
      },
    ))

  test('follows nothing, and keeps no connection for the next', async () => {
    const ports = new Set<number | undefined>()
    await serving(
      (request, response) => {
        ports.add(request.socket.remotePort)
        response.writeHead(302, { location: '/b' }).end()
      },
      async (base) => {
        for (const _ of [1, 2]) {
          const answer = await createOutside().send(new URL(base), ['127.0.0.1'], GET)
          assert.equal(answer.status, 302)
          await answer.text()
        }
        assert.equal(ports.size, 2)
      },
    )
  })

  test('looks at the certificate by the name of the URL, not by the address', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'geminate-tls-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    try {
      if (!makeCertificate(key, cert, 'media.example')) return context.skip('there is no openssl')
      const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) =>
        response.end(`host ${request.headers.host}`),
      )
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      const { port } = server.address() as { port: number }
      const script = join(folder, 'ask.ts')
      writeFileSync(script, ASKING)
      // The certificates that a runtime trusts are read when it starts.
      const env = { ...process.env, NODE_EXTRA_CA_CERTS: cert }
      const ask = async (name: string) =>
        (await run(process.execPath, [...RUN, script, `https://${name}:${port}/`], { env })).stdout.trim()
      assert.equal(await ask('media.example'), `200 host media.example:${port}`)
      assert.match(await ask('other.example'), /^failed .*(altname|certificate)/i)
      server.close()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

const run = promisify(execFile)
const RUN = 'Deno' in globalThis ? ['run', '-A', '--no-check'] : []

const ASKING = `
import process from 'node:process'
import { createOutside } from ${JSON.stringify(resolve('adapters/transport/outside.ts'))}
const url = new URL(process.argv[2])
const signal = new AbortController().signal
try {
  const answer = await createOutside().send(url, ['127.0.0.1'], { method: 'GET', headers: {}, signal })
  console.log(answer.status, await answer.text())
} catch (thrown) {
  console.log('failed', thrown.message)
}
process.exit(0)
`

function makeCertificate(key: string, cert: string, name: string): boolean {
  const { status } = spawnSync('openssl', [
    ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' '),
    ...['-keyout', key, '-out', cert, '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`],
  ])
  return status === 0
}
