import type { Scaffold } from './scaffold.ts'

/** An image bed of the plugin's name that uploads by PUT; its test runs the contract of all beds before a web server. */
export function imageBed(name: string): Scaffold {
  return { plugin: plugin(name), test: test(name) }
}

const plugin = (
  name: string,
) => `import { definePlugin, type GuardedFetch, type ImageBed, Type } from 'geminate/sdk'

export default definePlugin({
  name: '${name}',
  api: 1,
  description: 'An image bed: uploads pictures by PUT to a web server.',
  options: Type.Object({
    folder: Type.String({ pattern: '^https?://.+/$', description: 'Where pictures go; ends with a slash.' }),
    token: Type.Optional(Type.String({ description: 'Sent as Authorization: Bearer.' })),
  }),
  setup: ({ folder, token }, host) => ({
    imageBeds: { '${name}': () => createBed(folder, token, host.fetch) },
  }),
})

function createBed(folder: string, token: string | undefined, fetch: GuardedFetch): ImageBed {
  return {
    async put(body, mime, name) {
      // Names are hints of people: only letters of them, and never the only part of an address.
      const hint = name.replace(/[^a-zA-Z0-9]+/g, '-').slice(0, 40)
      const url = \`\${folder}\${crypto.randomUUID()}-\${hint}\`
      const headers = { 'content-type': mime, ...(token && { authorization: \`Bearer \${token}\` }) }
      const { status } = await fetch(url, { method: 'PUT', headers, body })
      if (status >= 300) throw new Error(\`The image bed answered \${status}\`)
      return url
    },
  }
}
`

const test = (
  name: string,
) => `import { assert, contract, createTestGateway, createTestServer, imageBedContract, test } from 'geminate/testing'
import plugin from './index.ts'

/** A web server that keeps what is put and gives it to everybody. */
const kept = new Map<string, { type: string; bytes: Uint8Array<ArrayBuffer> }>()
const server = await createTestServer(async (request) => {
  const { method, url, headers } = request
  const bytes = new Uint8Array(await request.arrayBuffer())
  if (method === 'PUT') kept.set(url, { type: headers.get('content-type') ?? '', bytes })
  const found = kept.get(url)
  if (!found) return new Response(null, { status: 404 })
  return new Response(method === 'GET' ? found.bytes : null, { headers: { 'content-type': found.type } })
})

/** Loopback is nothing that plugins reach by themselves, so the settings allow it. */
const gateway = await createTestGateway({
  plugins: [[plugin, { folder: \`\${server.url}/pictures/\` }]],
  settings: { media: { allowHosts: [server.host] } },
})
contract('${name}', imageBedContract({ create: () => gateway.host.imageBed('${name}'), open: fetch }))

test('says what a server answered that keeps nothing', async () => {
  await server.close()
  await assert.rejects(gateway.host.imageBed('${name}').put(Uint8Array.of(1), 'image/png', 'x'))
  await gateway.close()
})
`
