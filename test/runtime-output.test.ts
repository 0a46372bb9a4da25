import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { describe, test } from 'node:test'
import { createBoundedWriter } from '../adapters/runtime/bounded-writer.ts'

const CHATTY = join(import.meta.dirname, 'fixtures/runtime/chatty.ts')

describe('a bounded writer', () => {
  test('sends one text at a time, and what came meanwhile together', async () => {
    const { writer, sent, release } = writerByHand()
    for (const text of ['', 'a', 'b', 'c']) writer.write(text)
    assert.deepEqual(sent, ['a'])
    release()
    await writer.flushed()
    assert.deepEqual(sent, ['a', 'bc'])
  })

  test('drops what finds too much waiting, and says how much before the next text', async () => {
    const { writer, sent, release } = writerByHand()
    for (const text of ['first', '12345', '67890', 'lost', 'lost']) writer.write(text)
    release()
    await turn()
    writer.write('next')
    await writer.flushed()
    assert.deepEqual(sent, ['first', '1234567890', '(2 lost)next'])
  })

  test('says at the end how much was dropped', async () => {
    const { writer, sent, release } = writerByHand()
    for (const text of ['first', '1234567890', 'lost']) writer.write(text)
    release()
    await writer.flushed()
    assert.equal(sent.at(-1), '(1 lost)')
  })

  test('takes a text of any length that need not wait', async () => {
    const { writer, sent, release } = writerByHand()
    writer.write('x'.repeat(100))
    release()
    await writer.flushed()
    assert.equal(sent[0]?.length, 100)
  })

  test('goes on after a disk that was full for a while', async () => {
    const sent: string[] = []
    const writer = createBoundedWriter({
      lossNotice: (texts) => `${texts} lost;`,
      async send(text) {
        if (text === 'b') throw Object.assign(new Error('full'), { code: 'ENOSPC' })
        sent.push(text)
      },
    })
    for (const text of ['a', 'b', 'c']) {
      writer.write(text)
      await writer.flushed().catch(() => {})
    }
    assert.equal(sent.join(''), 'a1 lost;c')
  })

  test('keeps nothing once the reader is gone', async () => {
    let tries = 0
    const writer = createBoundedWriter({
      lossNotice: String,
      send() {
        tries++
        return Promise.reject(Object.assign(new Error('gone'), { code: 'EPIPE' }))
      },
    })
    writer.write('a')
    await writer.flushed()
    writer.write('b')
    await writer.flushed()
    assert.equal(tries, 1)
  })
})

describe('the output of a process', () => {
  test('that nobody reads holds up no answer, and not the end either', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'geminate-output-'))
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const descriptor = openSync(pipe, 'r+')
    try {
      const child = startChatty(20, descriptor)
      const { ended, url } = await watch(child)
      for (let request = 0; request < 20; request++)
        assert.equal(await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text(), 'answered')
      assert.equal(await ended, 3)
    } finally {
      closeSync(descriptor)
      rmSync(folder, { recursive: true })
    }
  })

  test('arrives whole when it is read, up to the last line', async () => {
    const child = startChatty(1, 'pipe')
    let output = ''
    child.stdout?.on('data', (bytes) => (output += bytes))
    const closed = once(child, 'close')
    const { ended, url, errors } = await watch(child)
    await fetch(url)
    assert.equal(await ended, 3)
    await closed
    assert.equal(output, `${`${'x'.repeat(999)}\n`.repeat(200)}the end\n`)
    assert.match(errors(), /an error\n$/)
  })

  test('whose reader leaves ends nothing', async () => {
    const child = startChatty(3, 'pipe')
    const { ended, url } = await watch(child)
    child.stdout?.destroy()
    for (let request = 0; request < 3; request++) assert.equal((await fetch(url)).status, 200)
    assert.equal(await ended, 3)
  })
})

function writerByHand() {
  const sent: string[] = []
  const gate = Promise.withResolvers<void>()
  const writer = createBoundedWriter({
    capacity: 10,
    lossNotice: (texts) => `(${texts} lost)`,
    send(text) {
      sent.push(text)
      return gate.promise
    },
  })
  return { writer, sent, release: gate.resolve }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

function startChatty(requests: number, stdout: number | 'pipe'): ChildProcess {
  const run = 'Deno' in globalThis ? ['run', '-A', '--no-check', CHATTY] : [CHATTY]
  return spawn(execPath, [...run, String(requests)], { stdio: ['ignore', stdout, 'pipe'] })
}

async function watch(child: ChildProcess) {
  const started = Promise.withResolvers<string>()
  let errors = ''
  child.stderr?.on('data', (bytes) => {
    errors += bytes
    const url = /http:\S+(?=\n)/.exec(errors)?.[0]
    if (url) started.resolve(url)
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  void ended.then((code) => started.reject(new Error(`It ended with ${code}: ${errors}`)))
  return { ended, url: await started.promise, errors: () => errors }
}
