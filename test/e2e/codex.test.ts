import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Behaviour } from '../../adapters/simulated-google/behaviours.ts'
import { findCodex } from './codex-program.ts'
import type { CodexResult } from './codex-session.ts'

const codex = findCodex()
if (typeof codex === 'string' && process.env.CI) throw new Error(codex)

/** What Gemini says where it thinks, speaks and calls in one answer. */
function calls(name: string, args: object, signature: string): Behaviour {
  const content = (...parts: object[]) => ({ index: 0, content: { role: 'model', parts } })
  const call = { functionCall: { name, args }, thoughtSignature: signature }
  const chunks = [
    { candidates: [content({ text: 'A note is wanted.', thought: true })] },
    { candidates: [content({ text: 'I write it.' })] },
    { candidates: [{ ...content(call), finishReason: 'STOP' }] },
  ]
  return { kind: 'chunks', chunks }
}

describe('Codex', { skip: typeof codex === 'string' ? codex : false, timeout: 400_000 }, () => {
  const run = (session: Parameters<Exclude<typeof codex, string>['run']>[0]) =>
    (codex as Exclude<typeof codex, string>).run(session)

  test('makes round trips with a tool over several turns, signatures included', () => {
    const result = run({
      turns: [
        {
          prompt: 'Write a note',
          google: [
            calls('exec_command', { cmd: 'echo first > note.txt; cat note.txt' }, 'c2lnbmF0dXJlLTE='),
            calls('exec_command', { cmd: 'echo second >> note.txt; cat note.txt' }, 'c2lnbmF0dXJlLTI='),
            { kind: 'text', text: 'It is written.' },
          ],
        },
        { prompt: 'Thank you', google: [{ kind: 'text', text: 'You are welcome.' }] },
      ],
    })
    assertWent(result)
    assert.equal(result.note, 'first\nsecond\n')
    assert.deepEqual(wordsOf(result, 0), ['I write it.', 'I write it.', 'It is written.'])
    assert.deepEqual(wordsOf(result, 1), ['You are welcome.'])
    const last = result.requests.at(-1)!.contents
    assert.deepEqual(
      last.map(({ role }) => role),
      ['user', 'model', 'user', 'model', 'user', 'model', 'user'],
    )
    assert.deepEqual(
      last.flatMap(({ parts }) => parts.flatMap((part) => part.thoughtSignature ?? [])),
      ['c2lnbmF0dXJlLTE=', 'c2lnbmF0dXJlLTI='],
    )
    assert.match(JSON.stringify(last[2]), /functionResponse.*exec_command.*first/)
    assert.deepEqual(last[6]?.parts, [{ text: 'Thank you' }])
  })

  test('patches a file by its custom tool, whose grammar the model is told', () => {
    const input = '*** Begin Patch\n*** Add File: note.txt\n+patched\n*** End Patch\n'
    const result = run({
      likeModel: 'gpt-5.5',
      turns: [
        {
          prompt: 'Write a note',
          google: [calls('apply_patch', { input }, 'c2lnbmF0dXJlLTE='), { kind: 'text', text: 'Done.' }],
        },
      ],
    })
    assertWent(result)
    assert.equal(result.note, 'patched\n')
    assert.match(JSON.stringify(result.requests[0]?.tools), /follow this lark grammar.*begin_patch/)
    const [, made, answered] = result.requests[1]!.contents
    const { functionCall } = made!.parts.at(-1) as { functionCall: { name: string; args: object } }
    assert.deepEqual(
      { name: functionCall.name, args: functionCall.args },
      { name: 'apply_patch', args: { input } },
    )
    assert.match(JSON.stringify(answered), /Success\. Updated/)
  })

  test('runs a tool of a namespace that only its input declares', () => {
    const input = "text(JSON.stringify(await tools.exec_command({ cmd: 'echo by code > note.txt' })))"
    const result = run({
      likeModel: 'gpt-6-luna',
      turns: [
        {
          prompt: 'Write a note',
          google: [calls('functions__exec', { input }, 'c2lnbmF0dXJlLTE='), { kind: 'text', text: 'Done.' }],
        },
      ],
    })
    assertWent(result)
    assert.equal(result.note, 'by code\n')
    assert.deepEqual(wordsOf(result, 0), ['I write it.', 'Done.'])
  })

  test('is told why an answer broke off', () => {
    const result = run({
      turns: [
        { prompt: 'Say hello', google: [{ kind: 'streamError', after: 'content', error: 'internal500' }] },
      ],
    })
    const [turn] = result.turns
    assert.notEqual(turn?.code, 0)
    const failed = turn?.events.find(({ type }) => type === 'turn.failed')
    assert.match(JSON.stringify(failed), /internal error/i)
  })
})

function assertWent({ turns, log }: CodexResult): void {
  for (const { code, events } of turns) {
    const failed = events.filter(({ type }) => type === 'error' || type === 'turn.failed')
    assert.deepEqual({ code, failed }, { code: 0, failed: [] }, log)
  }
}

function wordsOf({ turns }: CodexResult, turn: number): unknown[] {
  const items = turns[turn]?.events.map(({ item }) => item) ?? []
  return items.flatMap((item) => (item?.type === 'agent_message' ? item.text : []))
}
