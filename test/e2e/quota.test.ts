import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bestPossible } from '../simulation/oracle.ts'
import type { Arrival, Scenario } from '../simulation/scenario.ts'
import { mixedScenario } from '../simulation/scenario.ts'
import { ask, fakeKeys, MODEL, openScene, pathOf, type Scene } from './scene.ts'

const MINUTE_SECONDS = 3

describe('A pool whose projects have limits', () => {
  test('serves nearly all that could be served, and wastes nearly no call', { timeout: 60_000 }, async () => {
    const scenario = smaller(
      mixedScenario({
        seed: 5,
        minutes: 9,
        start: 0,
        minuteMilliseconds: MINUTE_SECONDS * 1000,
        withDays: false,
      }),
    )
    const scene = await openQuotaScene(scenario)
    try {
      const { served, attempts } = await drive(scene, scenario)
      const refused = attempts - served
      const best = bestPossible(scenario, MINUTE_SECONDS)
      assert.ok(served >= best * 0.94, `${served} of ${best} were served`)
      // Calls that are under way when a limit is passed first are the price of knowing it.
      const learning = scenario.limits.length * 5
      assert.ok(refused < learning + 0.05 * served, `${refused} calls were refused by Google`)
    } finally {
      await scene.close()
    }
  })

  test('refuses at once where all are spent, and says what there is to know of it', async () => {
    const settings = { quota: { limits: [{ model: MODEL, requestsPerMinute: 1 }] } }
    const scene = await openScene(fakeKeys(2), settings)
    try {
      for (let call = 0; call < 2; call++) assert.equal((await ask(scene, 'whole')).status, 200)
      await scene.post(pathOf('whole', 'gemini-2.5-flash'), { contents: [{ parts: [{ text: 'Hi' }] }] })
      const { status, headers, error } = await ask(scene, 'whole')
      assert.equal(status, 429)
      const seconds = Number(headers.get('retry-after'))
      assert.ok(seconds > 50 && seconds <= 61, `${seconds}`)
      const { metadata = {} } = (error?.details?.[0] ?? {}) as { metadata?: Record<string, string> }
      assert.equal(metadata.keys, '2')
      assert.equal(metadata.tried, '0')
      assert.equal(metadata.outResting, '2')
      assert.equal(metadata.workingModels, 'gemini-2.5-flash')
      assert.ok(Math.abs(Date.parse(metadata.returnsAt!) - Date.now() - seconds * 1000) < 2_000)
    } finally {
      await scene.close()
    }
  })

  test('counts on after it was killed', async () => {
    const settings = { quota: { limits: [{ model: MODEL, requestsPerDay: 5 }] } }
    const scene = await openScene(fakeKeys(1), settings)
    try {
      for (let call = 0; call < 3; call++) assert.equal((await ask(scene, 'whole')).status, 200)
      await new Promise((resolve) => setTimeout(resolve, 1_300))
      await scene.gateway.end('SIGKILL')
      await scene.gateway.start()
      const statuses: number[] = []
      for (let call = 0; call < 4; call++) statuses.push((await ask(scene, 'whole')).status)
      assert.deepEqual(statuses, [200, 200, 429, 429])
      assert.equal((await scene.keys())[0]?.state, 'exhausted')
    } finally {
      await scene.close()
    }
  })
})

/** Half of the projects and their calls: this machine has other things to do. */
function smaller(scenario: Scenario): Scenario {
  const projects = scenario.projects.slice(0, 8)
  const limits = scenario.limits.filter(({ project }) => projects.includes(project))
  const calls = scenario.calls.filter((_, index) => index % 5 < 2)
  return { ...scenario, projects, limits, calls }
}

function openQuotaScene({ projects, limits }: Scenario): Promise<Scene> {
  const keys = fakeKeys(projects.length)
  return openScene(
    keys,
    { quota: { minuteSeconds: MINUTE_SECONDS }, log: { level: 'warn' } },
    { google: { minuteSeconds: MINUTE_SECONDS } },
  ).then((scene) => {
    for (const { project, ...limit } of limits) {
      scene.google.quota({ ...limit, key: keys[projects.indexOf(project)]! })
    }
    return scene
  })
}

/** Sends each call at its time; counts those that were served, and the attempts of all. */
async function drive(scene: Scene, { calls }: Scenario) {
  const begun = performance.now()
  const answers = await Promise.all(calls.map((call) => send(scene, call, begun)))
  return {
    served: answers.filter(({ status }) => status === 200).length,
    attempts: answers.reduce((sum, answer) => sum + answer.attempts, 0),
  }
}

async function send(scene: Scene, { at, model, tokens }: Arrival, begun: number) {
  await new Promise((resolve) => setTimeout(resolve, begun + at - performance.now()))
  // The simulated Google counts a token for four characters.
  const body = { contents: [{ role: 'user', parts: [{ text: 'word'.repeat(tokens) }] }] }
  const response = await scene.post(pathOf('whole', model), body)
  await response.arrayBuffer()
  return { status: response.status, attempts: Number(response.headers.get('x-geminate-attempts')) }
}
