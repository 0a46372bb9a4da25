import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GatewayError } from '../core/errors.ts'
import { createModelNaming } from '../plugins/model-aliases/naming.ts'
import { refuseOddNames } from '../plugins/model-aliases/refuse-odd-names.ts'
import { createSuccessorNaming } from '../plugins/model-aliases/successors.ts'

const LIST = ['gemini-a', 'gemini-b', 'gemini-b-lite'].map((id) => ({
  name: `models/${id}`,
  displayName: id.toUpperCase(),
  supportedGenerationMethods: ['generateContent'],
}))
const naming = (some: Partial<Parameters<typeof createModelNaming>[0]>) =>
  createModelNaming({ aliases: {}, renames: {}, hidden: [], ...some })
const isMissing = (thrown: unknown) => thrown instanceof GatewayError && thrown.kind === 'not_found'

describe('What models are called', () => {
  test('is what Google calls them where the config says nothing', () => {
    const { isPlain, modelOf, list } = naming({})
    assert.equal(isPlain, true)
    assert.equal(modelOf('gemini-a'), undefined)
    assert.deepEqual(list(LIST), LIST)
  })

  test('is an alias beside the model, described as it is', () => {
    const { modelOf, list } = naming({ aliases: { smart: 'gemini-b-high', 'gpt-*': 'gemini-a', odd: 'x' } })
    assert.equal(modelOf('smart'), 'gemini-b-high')
    assert.equal(modelOf('gpt-5'), 'gemini-a')
    assert.equal(modelOf('gemini-b'), undefined)
    assert.deepEqual(list(LIST).slice(3), [
      { ...LIST[1], name: 'models/smart', displayName: 'smart' },
      { name: 'models/odd', displayName: 'odd' },
    ])
  })

  test('is the very name of an alias before a pattern that fits it too', () => {
    const { modelOf } = naming({ aliases: { '*': 'gemini-a', exact: 'gemini-b' } })
    assert.equal(modelOf('exact'), 'gemini-b')
  })

  test('is another name in its place, and the old one is refused', () => {
    const { modelOf, list } = naming({ renames: { 'gemini-a': 'house' } })
    assert.equal(modelOf('house'), 'gemini-a')
    assert.throws(() => modelOf('gemini-a'), isMissing)
    assert.deepEqual(
      list(LIST).map(({ name }) => name),
      ['models/house', 'models/gemini-b', 'models/gemini-b-lite'],
    )
  })

  test('is an alias of a model under its new name, described as it is', () => {
    const aliases = { fast: 'house', odd: 'constructor' }
    const { modelOf, list } = naming({ renames: { 'gemini-a': 'house' }, aliases })
    assert.deepEqual([modelOf('fast'), modelOf('odd')], ['gemini-a', 'constructor'])
    const fast = list(LIST).find(({ name }) => name === 'models/fast')
    assert.deepEqual(fast, { ...LIST[0], name: 'models/fast', displayName: 'fast' })
  })

  test('is refused by the setting that cannot mean what it says', () => {
    const refused = (some: Partial<Parameters<typeof refuseOddNames>[0]>) => () =>
      refuseOddNames({ aliases: {}, renames: {}, hidden: [], ...some })
    refused({ aliases: { 'gpt-*': 'a', b: 'a' }, renames: { a: 'x', c: 'y' } })()
    assert.throws(refused({ aliases: { '': 'a' } }), /"plugins\.model-aliases\.aliases" .* empty name/)
    assert.throws(refused({ renames: { 'a-*': 'x' } }), /"plugins\.model-aliases\.renames\.a-\*".*without \*/)
    assert.throws(refused({ renames: { a: 'x', b: 'x' } }), /renames\.b" .*new name of a already/)
    assert.throws(refused({ renames: { a: 'x' }, aliases: { x: 'b' } }), /renames\.a" .*an alias already/)
  })

  test('is nothing where it is hidden, and a redirect goes before that', () => {
    const { modelOf, list } = naming({ hidden: ['gemini-b*'], aliases: { 'gemini-b': 'gemini-a' } })
    assert.throws(() => modelOf('gemini-b-lite'), isMissing)
    assert.equal(modelOf('gemini-b'), 'gemini-a')
    assert.deepEqual(list(LIST), [LIST[0], { ...LIST[0], name: 'models/gemini-b', displayName: 'gemini-b' }])
  })
})

describe('The successor of a model', () => {
  const { error, list } = createSuccessorNaming({ 'my-*': 'gemini-a' }, naming({}))
  const refused = (status: number, message: string) =>
    new GatewayError('upstream_refused', message, { upstream: { status, error: { code: status, message } } })

  test('is named where the model is not there, in our words and in Google’s', () => {
    const told = error(refused(404, 'models/gemini-1.5-flash is not found'), 'gemini-1.5-flash')
    const expected = 'models/gemini-1.5-flash is not found. Its successor is gemini-3.8-flash.'
    assert.deepEqual([told?.message, told?.upstream?.error?.message, told?.status], [expected, expected, 404])
    assert.match(
      error(refused(404, 'gone.'), 'my-model')?.message ?? '',
      /^gone\. Its successor is gemini-a\.$/,
    )
  })

  test('is not named twice where the gateway has named it to clients already', () => {
    const ours = 'gone (gemini-2.5-pro ends on 2026-12-01; ask for gemini-3.8-flash instead)'
    const upstream = { status: 404, error: { code: 404, message: 'gone' } }
    const told = error(new GatewayError('upstream_refused', ours, { upstream }), 'gemini-2.5-pro')
    assert.equal(told?.message, ours)
    assert.equal(told?.upstream?.error?.message, 'gone. Its successor is gemini-3.8-flash.')
  })

  test('is not named for any other error or model', () => {
    assert.equal(error(refused(429, 'spent'), 'gemini-1.5-flash'), undefined)
    assert.equal(error(refused(404, 'gone'), 'gemini-3.8-flash'), undefined)
  })

  test('stands in the list', () => {
    const [kept, going] = list([LIST[0]!, { name: 'models/gemini-2.5-pro', description: 'A model' }])
    assert.equal(kept, LIST[0])
    assert.deepEqual(going, {
      name: 'models/gemini-2.5-pro',
      description: 'A model. Google retires it; its successor is gemini-3.8-flash.',
      successor: 'gemini-3.8-flash',
    })
  })
  test('is not named where the name was given to another model', () => {
    const naive = [{ name: 'models/gemini-2.5-pro' }]
    const { list } = createSuccessorNaming({}, naming({ aliases: { 'gemini-2.5-pro': 'gemini-a' } }))
    assert.deepEqual(list(naive), naive)
  })

  test('is named as clients may call it, and not where they may not ask for it', () => {
    const told = (some: Parameters<typeof naming>[0]) =>
      createSuccessorNaming({}, naming(some)).error(refused(404, 'gone'), 'gemini-2.5-pro')?.message
    assert.equal(told({ renames: { 'gemini-3.8-flash': 'house' } }), 'gone. Its successor is house.')
    assert.equal(told({ hidden: ['gemini-3*'] }), undefined)
  })
})
