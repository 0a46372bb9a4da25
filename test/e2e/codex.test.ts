import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findAgent } from './agent-program.ts'
import type { AgentResult, AgentSession } from './agent-session.ts'
import { assertWentWell, linesOf, outlineOf, thinksAndCalls } from './agent-turns.ts'

const codex = findAgent({
  name: 'Codex',
  package: '@openai/codex',
  version: '0.169.0',
  program: '.bin/codex',
})
if (typeof codex === 'string' && process.env.CI) throw new Error(codex)

/** A line that `codex exec --json` prints. */
interface CodexEvent {
  readonly type: string
  readonly item?: { readonly type: string; readonly text?: string }
}

describe('Codex', { skip: typeof codex === 'string' ? codex : false, timeout: 400_000 }, () => {
  const run = (session: AgentSession & { readonly likeModel?: string }) =>
    (codex as Exclude<typeof codex, string>).run('codex-session.ts', session) as AgentResult

  test('makes round trips with a tool over several turns, signatures included', () => {
    const result = run({
      turns: [
        {
          prompt: 'Write a note',
          google: [
            thinksAndCalls(
              'exec_command',
              { cmd: 'echo first > note.txt; cat note.txt' },
              'c2lnbmF0dXJlLTE=',
            ),
            thinksAndCalls(
              'exec_command',
              { cmd: 'echo second >> note.txt; cat note.txt' },
              'c2lnbmF0dXJlLTI=',
            ),
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
    assert.deepEqual(outlineOf(result.requests.at(-1)!), {
      roles: 'user model user model user model user',
      signatures: ['c2lnbmF0dXJlLTE=', 'c2lnbmF0dXJlLTI='],
    })
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
          google: [
            thinksAndCalls('apply_patch', { input }, 'c2lnbmF0dXJlLTE='),
            { kind: 'text', text: 'Done.' },
          ],
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
          google: [
            thinksAndCalls('functions__exec', { input }, 'c2lnbmF0dXJlLTE='),
            { kind: 'text', text: 'Done.' },
          ],
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
    const failed = linesOf<CodexEvent>(turn!).find(({ type }) => type === 'turn.failed')
    assert.match(JSON.stringify(failed), /internal error/i)
  })
})

function assertWent(result: AgentResult): void {
  assertWentWell(result)
  const events = result.turns.flatMap((turn) => linesOf<CodexEvent>(turn))
  const failed = events.filter(({ type }) => type === 'error' || type === 'turn.failed')
  assert.deepEqual(failed, [])
}

function wordsOf({ turns }: AgentResult, turn: number): unknown[] {
  const items = linesOf<CodexEvent>(turns[turn]!).map(({ item }) => item)
  return items.flatMap((item) => (item?.type === 'agent_message' ? item.text : []))
}
