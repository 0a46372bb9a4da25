import {
  assert,
  contract,
  createTestGateway,
  createTestServer,
  imageBedContract,
  test,
} from 'geminate/testing'
import uploadBed from './index.ts'

/** A web server that keeps what is put and gives it to everybody. */
function startWebServer() {
  const kept = new Map<string, { type: string; bytes: Uint8Array<ArrayBuffer> }>()
  return createTestServer(async (request) => {
    const { method, url, headers } = request
    const bytes = new Uint8Array(await request.arrayBuffer())
    if (method === 'PUT') kept.set(url, { type: headers.get('content-type') ?? '', bytes })
    const found = kept.get(url)
    if (!found) return new Response(null, { status: 404 })
    return new Response(method === 'GET' ? found.bytes : null, { headers: { 'content-type': found.type } })
  })
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
  await web.close()
  const full = await createTestServer(() => new Response(null, { status: 507 }))
  const other = await open(full.host)
  await assert.rejects(
    other.host.imageBed('upload-bed').put(Uint8Array.of(1), 'image/png', 'x'),
    /answered 507/,
  )
  await other.close()
  await full.close()
})

test('is named where another is asked for', async () => {
  const plain = await createTestGateway()
  assert.throws(() => plain.host.imageBed('upload-bed'), /no image bed "upload-bed": no plugin brings one/)
  await plain.close()
})
