import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openAiAt } from './openai-client.ts'
import { fakeKeys, MODEL, openScene } from './scene.ts'

const HELLO = { model: MODEL, messages: [{ role: 'user' as const, content: 'Say hello' }] }
const REFUSED = { kind: 'invalidArgument400', message: 'The contents are wrong' } as const

test('What finds every key busy with its own call waits for it', async () => {
  const scene = await openScene(fakeKeys(2), { routing: { maxConcurrentPerKey: 1 } })
  try {
    const { chat, completions } = openAiAt(scene)
    const whole = await chat.completions.create({ ...HELLO, n: 5 })
    assert.equal(whole.choices.length, 5)
    const chunks = await Array.fromAsync(await chat.completions.create({ ...HELLO, n: 5, stream: true }))
    const ends = chunks.flatMap(({ choices }) => choices.filter(({ finish_reason }) => finish_reason))
    assert.deepEqual(ends.map(({ index }) => index).toSorted(), [0, 1, 2, 3, 4])
    scene.google.script('*', [REFUSED, { kind: 'slow', headersMilliseconds: 20_000 }])
    await assert.rejects(chat.completions.create({ ...HELLO, n: 2, stream: true }), { status: 400 })
    scene.google.reset()
    scene.google.script('*', { kind: 'slow', headersMilliseconds: 800, times: 2 })
    await chat.completions.create({ ...HELLO, n: 2 })
    const [one, two] = scene.google.calls.map(({ at }) => at)
    assert.ok(two! - one! < 600, 'both keys were free again')
    scene.google.reset()
    const prompt = Array.from({ length: 12 }, (_, index) => `Say ${index}`)
    assert.equal((await completions.create({ model: MODEL, prompt })).choices.length, 12)
  } finally {
    await scene.close()
  }
})

test('What one says is not held back for another once the client was told to wait', async () => {
  const scene = await openScene(fakeKeys(3), { streaming: { commitSeconds: 0.2 } })
  try {
    scene.google.script('*', [
      { kind: 'slow', headersMilliseconds: 400 },
      { kind: 'slow', headersMilliseconds: 3_000 },
    ])
    const begun = performance.now()
    const stream = await openAiAt(scene).chat.completions.create({ ...HELLO, n: 2, stream: true })
    for await (const { choices } of stream) if (choices[0]?.delta.content) break
    assert.ok(performance.now() - begun < 2_000)
  } finally {
    await scene.close()
  }
})

test('What must go by the keys of one project waits for them too', async () => {
  const scene = await openScene(fakeKeys(2), { routing: { maxConcurrentPerKey: 1 } })
  try {
    const made = await scene.post('/v1beta/cachedContents', {
      model: `models/${MODEL}`,
      contents: [{ role: 'user', parts: [{ text: 'a long text' }] }],
    })
    const { name } = (await made.json()) as { name: string }
    const cached = { ...HELLO, n: 3, extra_body: { google: { cached_content: name } } }
    const { choices } = await openAiAt(scene).chat.completions.create(cached)
    assert.equal(choices.length, 3)
    const chunks = await Array.fromAsync(
      await openAiAt(scene).chat.completions.create({ ...cached, stream: true }),
    )
    assert.equal(chunks.filter(({ choices: [choice] }) => choice?.finish_reason === 'stop').length, 3)
    assert.equal(new Set(scene.google.calls.map(({ key }) => key)).size, 1)
  } finally {
    await scene.close()
  }
})

test('Every key is free again, whatever became of the choices that it was to serve', async () => {
  const scene = await openScene(fakeKeys(4), { routing: { maxConcurrentPerKey: 1 } })
  const { completions } = openAiAt(scene).chat
  const isFree = async () => {
    scene.google.reset()
    scene.google.script('*', { kind: 'slow', headersMilliseconds: 200, times: 'forever' })
    await Promise.all([1, 2, 3, 4].map(() => completions.create(HELLO)))
    scene.google.reset()
  }
  try {
    scene.google.script('*', [
      { kind: 'slow', chunkMilliseconds: 5_000 },
      { kind: 'slow', headersMilliseconds: 5_000 },
    ])
    const leaving = { signal: AbortSignal.timeout(300) }
    await assert.rejects(completions.create({ ...HELLO, n: 2, stream: true }, leaving))
    const areLeft = () => scene.google.calls.every(({ aborted }) => aborted)
    for (let looks = 0; looks < 250 && !areLeft(); looks++) await new Promise((next) => setTimeout(next, 20))
    await isFree()
    for (const stream of [false, true]) {
      scene.google.script('*', [
        { kind: 'slow', chunkMilliseconds: 5_000 },
        { kind: 'ok' },
        { kind: 'internal500' },
        REFUSED,
      ])
      await assert.rejects(completions.create({ ...HELLO, n: 3, stream }), { status: 400 })
      await isFree()
    }
  } finally {
    await scene.close()
  }
})
