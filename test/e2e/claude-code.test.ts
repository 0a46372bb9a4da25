import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { underTest } from '../gateway-command.ts'
import { findAgent } from './agent-program.ts'
import type { AgentResult, AgentSession } from './agent-session.ts'
import { assertWentWell, linesOf, outlineOf, thinksAndCalls } from './agent-turns.ts'

const claude =
  underTest === 'bun'
    ? findAgent({
        name: 'Claude Code',
        package: '@anthropic-ai/claude-code',
        version: '2.1.332',
        program: `@anthropic-ai/claude-code-linux-${process.arch}/claude`,
      })
    : 'Claude Code is run against the gateway on Bun alone'
if (typeof claude === 'string' && underTest === 'bun' && process.env.CI) throw new Error(claude)

/** The last line that it prints. */
interface Result {
  readonly type: string
  readonly result: string
  readonly is_error: boolean
}

describe('Claude Code', { skip: typeof claude === 'string' ? claude : false, timeout: 60_000 }, () => {
  const run = (session: AgentSession) =>
    (claude as Exclude<typeof claude, string>).run('claude-code-session.ts', session) as AgentResult
  const saidIn = ({ turns }: AgentResult) =>
    turns.map((turn) => linesOf<Result>(turn).find(({ type }) => type === 'result')?.result)

  test('writes and reads a file by its tools over several turns, signatures included', () => {
    const path = { file_path: 'FOLDER/note.txt' }
    const result = run({
      turns: [
        {
          prompt: 'Write a note',
          google: [
            thinksAndCalls('Write', { ...path, content: 'first\n' }, 'c2lnbmF0dXJlLTE='),
            thinksAndCalls('Bash', { command: 'echo second >> FOLDER/note.txt' }, 'c2lnbmF0dXJlLTI='),
            { kind: 'text', text: 'It is written.' },
          ],
        },
        {
          prompt: 'What is in it?',
          google: [thinksAndCalls('Read', path, 'c2lnbmF0dXJlLTM='), { kind: 'text', text: 'Two lines.' }],
        },
      ],
    })
    assertWentWell(result)
    assert.equal(result.note, 'first\nsecond\n')
    assert.deepEqual(saidIn(result), ['It is written.', 'Two lines.'])
    const last = result.requests.at(-1)!
    assert.deepEqual(outlineOf(last).signatures, ['c2lnbmF0dXJlLTE=', 'c2lnbmF0dXJlLTI=', 'c2lnbmF0dXJlLTM='])
    assert.match(JSON.stringify(last.contents.at(-1)), /functionResponse.*Read.*second/)
  })
})
