import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import {
  type Behaviour,
  type SimulatedGoogle,
  startSimulatedGoogle,
} from '../adapters/simulated-google/index.ts'
import { createAsker, FLASH, json, KEY } from './ask-google.ts'

let google: SimulatedGoogle
const { post } = createAsker(() => google)

before(async () => {
  google = await startSimulatedGoogle({
    keys: [KEY, 'AIzaSecond', { key: 'AQ.limited', project: '4711', hides: ['gemini-4-argon'] }],
  })
})
afterEach(() => google.reset())
after(() => google.stop())

describe('refusals', () => {
  const refusals: [Behaviour, number, string | RegExp][] = [
    [{ kind: 'keyInvalid' }, 400, 'API key not valid. Please pass a valid API key.'],
    [{ kind: 'keyNotFound' }, 400, 'API Key not found. Please pass a valid API key.'],
    [{ kind: 'keyExpired' }, 400, 'API key expired. Please renew the API key.'],
    [{ kind: 'keyLeaked' }, 403, 'Your API key was reported as leaked. Please use another API key.'],
    [{ kind: 'keySuspended' }, 403, `Permission denied: Consumer 'api_key:${KEY}' has been suspended.`],
    [
      { kind: 'serviceDisabled', project: '77' },
      403,
      /has not been used in project 77 before or it is disabled\./,
    ],
    [{ kind: 'keyServiceBlocked' }, 403, /are blocked\.$/],
    [{ kind: 'keyReferrerBlocked' }, 403, /are blocked\.$/],
    [{ kind: 'keyAddressBlocked' }, 403, /IP address/],
    [{ kind: 'projectDenied' }, 403, 'Your project has been denied access. Please contact support.'],
    [{ kind: 'unauthenticated401' }, 401, /^Request had invalid authentication credentials\./],
    [{ kind: 'credits402' }, 402, /depleted/],
    [{ kind: 'multipleCredentials' }, 400, /^Multiple authentication credentials/],
    [{ kind: 'unregisteredCallers' }, 403, /^Method doesn't allow unregistered callers/],
    [
      { kind: 'fileNotPermitted', file: 'f' },
      403,
      'You do not have permission to access the File f or it may not exist.',
    ],
    [{ kind: 'perMinute429' }, 429, /limit: 10, model: gemini-3.8-flash\nPlease retry in 36\.429760048s\.$/],
    [{ kind: 'perDay429' }, 429, /limit: 20, model: gemini-3.8-flash\n/],
    [{ kind: 'tokensPerMinute429' }, 429, /free_tier_input_token_count, limit: 250000/],
    [{ kind: 'severalViolations429' }, 429, /(\n\* Quota exceeded.*){3}\nPlease/],
    [{ kind: 'limitZero429' }, 429, /limit: 0, model: gemini-3.8-flash/],
    [{ kind: 'bare429' }, 429, 'Resource has been exhausted (e.g. check quota).'],
    [
      { kind: 'queriesPerMinute429' },
      429,
      'Resource has been exhausted (e.g. queries per minute limit was reached).',
    ],
    [{ kind: 'legacy429' }, 429, /for consumer 'project_number:\d+'\.$/],
    [{ kind: 'overloaded503' }, 503, 'The model is overloaded. Please try again later.'],
    [{ kind: 'highDemand503' }, 503, /currently experiencing high demand/],
    [{ kind: 'internal500' }, 500, /^An internal error has occurred\. Please retry or report in/],
    [{ kind: 'deadline504' }, 504, 'Deadline expired before operation could complete.'],
    [{ kind: 'region400' }, 400, 'User location is not supported for the API use.'],
    [{ kind: 'freeTierRegion400' }, 400, /free tier is not available in your country/],
    [{ kind: 'modelNotFound404' }, 404, /is not found for API version v1beta/],
    [{ kind: 'modelClosed404' }, 404, /no longer available to new users/],
    [{ kind: 'invalidArgument400' }, 400, 'Request contains an invalid argument.'],
    [{ kind: 'tooLarge413' }, 413, 'Request payload size exceeds the limit: 20971520 bytes.'],
  ]
  for (const [behaviour, status, message] of refusals) {
    test(`${behaviour.kind} is refused with ${status}, and wrapped where an array was asked for`, async () => {
      google.script(KEY, { ...behaviour, times: 2 })
      const answer = await post(`${FLASH}:generateContent`)
      const { error } = await json(answer)
      assert.equal(answer.status, status)
      assert.equal(error.code, status)
      if (typeof message === 'string') assert.equal(error.message, message)
      else assert.match(error.message, message)
      const [wrapped, ...more] = await json(post(`${FLASH}:streamGenerateContent`))
      assert.deepEqual([wrapped.error.code, wrapped.error.status, more], [status, error.status, []])
    })
  }

  test('a suspended key is echoed in the metadata beside its project', async () => {
    google.script(KEY, { kind: 'keySuspended' })
    const { error } = await json(post(`${FLASH}:generateContent`))
    assert.deepEqual(error.details[0].metadata, {
      consumer: `projects/${google.projectOf(KEY)}`,
      containerInfo: `api_key:${KEY}`,
      service: 'generativelanguage.googleapis.com',
    })
  })

  test('a scripted quota refusal names id, value and time as ordered', async () => {
    google.script(KEY, [
      { kind: 'perDay429', limit: 20, retrySeconds: 0.9 },
      { kind: 'perMinute429', tier: 'paid', retryDelay: '37.8s' },
      { kind: 'limitZero429', retryDelay: null },
    ])
    const [day, minute, zero] = [
      await json(post(`${FLASH}:generateContent`)),
      await json(post(`${FLASH}:generateContent`)),
      await json(post(`${FLASH}:generateContent`)),
    ]
    assert.deepEqual(day.error.details[1].violations[0], {
      quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests',
      quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
      quotaDimensions: { location: 'global', model: 'gemini-3.8-flash' },
      quotaValue: '20',
    })
    assert.match(day.error.message, /Please retry in 900ms\.$/)
    assert.equal(day.error.details[2].retryDelay, '900ms')
    assert.equal(minute.error.details[1].violations[0].quotaId, 'GenerateRequestsPerMinutePerProjectPerModel')
    assert.equal(minute.error.details[2].retryDelay, '37.8s')
    assert.equal(zero.error.details[1].violations[0].quotaValue, undefined)
    assert.equal(zero.error.details.length, 2)
  })
})
