import {
  assert,
  contract,
  createTestGateway,
  keyStrategyContract,
  spreadingContract,
  test,
} from 'geminate/testing'
import plugin, { twoChoices } from './index.ts'

contract('two-choices', keyStrategyContract(twoChoices))
contract('two-choices', spreadingContract(twoChoices))

test('chooses the keys of a gateway that names it', async () => {
  const settings = { routing: { strategy: 'two-choices', affinity: false } }
  const gateway = await createTestGateway({ plugins: [plugin], settings, keys: 3 })
  const body = { contents: [{ parts: [{ text: 'Hi' }] }] }
  for (let call = 0; call < 30; call++) {
    const response = await gateway.fetch('/v1beta/models/gemini-3.8-flash:generateContent', { body })
    assert.equal(response.status, 200)
    await response.text()
  }
  assert.equal(new Set(gateway.google.calls.map(({ key }) => key)).size, 3)
  await gateway.close()
})
