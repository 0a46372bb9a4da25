import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { contract, createTestGateway, imageBedContract, test } from 'geminate/testing'
import uploadBed from './index.ts'

/** A web server on loopback that keeps what is put and gives it to everybody. */
async function startWebServer(refusal?: number) {
  const kept = new Map<string, { type: string; bytes: Buffer }>()
  const server = createServer(async (request, response) => {
    const { url = '', method, headers } = request
    if (method === 'PUT')
      kept.set(url, { type: String(headers['content-type']), bytes: await bytesOf(request) })
    const found = kept.get(url)
    response.writeHead(refusal ?? (found ? 200 : 404), { 'content-type': found?.type ?? 'text/plain' })
    response.end(method === 'GET' ? found?.bytes : undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host, close: () => server.close() }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** Loopback is nothing that plugins reach by themselves, so the settings allow it. */
const open = (host: string) =>
  createTestGateway({
    plugins: [[uploadBed, { folder: `http://${host}/pictures/` }]],
    settings: { media: { allowHosts: [host] } },
  })

const web = await startWebServer()
const gateway = await open(web.host)
contract('upload-bed', imageBedContract({ create: () => gateway.host.imageBed('upload-bed'), open: fetch }))

test('says what a server answered that keeps nothing', async () => {
  await gateway.close()
  web.close()
  const full = await startWebServer(507)
  const other = await open(full.host)
  await assert.rejects(
    other.host.imageBed('upload-bed').put(Uint8Array.of(1), 'image/png', 'x'),
    /answered 507/,
  )
  await other.close()
  full.close()
})

test('is named where another is asked for', async () => {
  const plain = await createTestGateway()
  assert.throws(() => plain.host.imageBed('upload-bed'), /no image bed "upload-bed": no plugin brings one/)
  await plain.close()
})
