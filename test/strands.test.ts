import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT_ONCE } from '../core/call/commit-point.ts'
import type { KeyLoop } from '../core/call/key-loop.ts'
import { createStrands } from '../core/call/strands.ts'
import { createTrace } from '../core/call/trace.ts'
import { createFitting } from '../core/fitting/fitting.ts'
import { createRedactor } from '../core/log/redactor.ts'
import type { Call } from '../core/plugin.ts'

const CALL: Call = {
  id: 'req_1',
  at: 0,
  protocol: 'openai',
  operation: 'generateContent',
  model: 'gemini-3.8-flash',
  stream: true,
  client: 'anna',
  headers: new Headers(),
  request: { contents: [], generationConfig: { candidateCount: 2 } },
  notes: [],
  asked: undefined,
  session: undefined,
  signal: new AbortController().signal,
}

test('A generation that takes its key as another one fails gives it back', async () => {
  let freed = 0
  let runs = 0
  const keyLoop: KeyLoop = {
    async run(_request, trace, leaving) {
      if (runs++ === 0) throw new Error('refused')
      await new Promise((resolve) => leaving.addEventListener('abort', resolve, { once: true }))
      await Promise.resolve()
      trace.ended = () => void freed++
      throw new Error('left')
    },
  }
  const flight = { trace: createTrace(), leaving: CALL.signal, weight: undefined, place: undefined }
  const strands = createStrands(
    flight,
    [CALL],
    { target: undefined, places: undefined },
    { keyLoop, redactor: createRedactor(), fitting: createFitting(() => 0), finishWhole: false },
  )
  await assert.rejects(strands.begin(AT_ONCE, true), { message: 'refused' })
  await new Promise((resolve) => setTimeout(resolve, 0))
  assert.equal(freed, 1)
})
