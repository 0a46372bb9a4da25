import type { Scaffold } from './scaffold.ts'

/** A route of the plugin's name that tells a client how many calls it made; its test makes one. */
export function routes(name: string): Scaffold {
  return { plugin: plugin(name), test: test(name) }
}

const plugin = (name: string) => `import { definePlugin } from 'geminate/sdk'

export default definePlugin({
  name: '${name}',
  api: 1,
  description: 'GET /${name} tells a client how many calls it made.',
  setup() {
    const calls = new Map<string, number>()
    return {
      // Seeing how calls end shapes none: native calls still pass byte for byte.
      finished: ({ client }) => void calls.set(client, (calls.get(client) ?? 0) + 1),
      routes(app, gateway) {
        app.get('/${name}', ({ request }) => ({ calls: calls.get(gateway.clientOf(request).name) ?? 0 }))
      },
    }
  },
})
`

const test = (name: string) => `import { assert, createTestGateway, test } from 'geminate/testing'
import plugin from './index.ts'

test('tells a client of its calls, and a stranger nothing', async () => {
  const gateway = await createTestGateway({ plugins: [plugin] })
  try {
    const told = async () => (await gateway.fetch('/${name}')).json()
    assert.deepEqual(await told(), { calls: 0 })
    const body = { model: 'gemini-3.8-flash', messages: [{ role: 'user', content: 'Hi' }] }
    await (await gateway.fetch('/v1/chat/completions', { body })).text()
    // A call is told of when its answer is on its way.
    for (let tries = 0; tries < 100 && (await told()).calls === 0; tries++);
    assert.deepEqual(await told(), { calls: 1 })
    const stranger = { headers: { authorization: 'Bearer nobody' } }
    assert.equal((await gateway.fetch('/${name}', stranger)).status, 401)
  } finally {
    await gateway.close()
  }
})
`
