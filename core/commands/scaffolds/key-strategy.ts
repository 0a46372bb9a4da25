import type { Scaffold } from './scaffold.ts'

/** A key strategy of the plugin's name; its test runs the contracts of all strategies. */
export function keyStrategy(name: string): Scaffold {
  return { plugin: plugin(name), test: test(name) }
}

const plugin = (
  name: string,
) => `import { definePlugin, type KeyStrategy, type StrategyContext } from 'geminate/sdk'

/** Chosen by \`routing: { strategy: ${name} }\`. */
export default definePlugin({
  name: '${name}',
  api: 1,
  description: 'A key strategy: the less busy of two keys by chance.',
  setup: () => ({ strategies: { '${name}': createStrategy } }),
})

/** Health, rests and retries are the pool's; a strategy only prefers. It must never walk all keys. */
export function createStrategy({ inFlight }: Pick<StrategyContext, 'inFlight'>): KeyStrategy {
  return {
    pick(usable) {
      if (usable.size === 0) return undefined
      const [one, other] = [usable.sample(), usable.sample()]
      return inFlight(other) < inFlight(one) ? other : one
    },
  }
}
`

const test = (name: string) => `import {
  assert,
  contract,
  createTestGateway,
  keyStrategyContract,
  spreadingContract,
  test,
} from 'geminate/testing'
import plugin, { createStrategy } from './index.ts'

contract('${name}', keyStrategyContract(createStrategy))
contract('${name}', spreadingContract(createStrategy))

test('chooses the keys of a gateway that names it', async () => {
  const settings = { routing: { strategy: '${name}', affinity: false } }
  const gateway = await createTestGateway({ plugins: [plugin], settings, keys: 3 })
  try {
    const body = { contents: [{ parts: [{ text: 'Hi' }] }] }
    for (let call = 0; call < 30; call++) {
      const response = await gateway.fetch('/v1beta/models/gemini-3.8-flash:generateContent', { body })
      assert.equal(response.status, 200)
      await response.text()
    }
    assert.equal(new Set(gateway.google.calls.map(({ key }) => key)).size, 3)
  } finally {
    await gateway.close()
  }
})
`
