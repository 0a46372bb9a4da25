import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as sdk from '../core/sdk.ts'
import * as testing from '../core/testing.ts'

test('geminate/sdk exports what plugins out there import, and nothing by accident', () => {
  assert.deepEqual(Object.keys(sdk).sort(), [
    'ERROR_KINDS',
    'FetchError',
    'GatewayError',
    'PLUGIN_API',
    'Type',
    'definePlugin',
    'isGatewayError',
  ])
})

test('geminate/testing exports what tests of plugins out there import, and nothing by accident', () => {
  assert.deepEqual(Object.keys(testing).sort(), [
    'assert',
    'codecContract',
    'contract',
    'createTestGateway',
    'createTestServer',
    'eventsOf',
    'imageBedContract',
    'keyStrategyContract',
    'spreadingContract',
    'test',
  ])
})

test('a test gateway outside of the program says how to run tests', async () => {
  await assert.rejects(testing.createTestGateway(), /run the tests by "geminate plugin test"/)
})
