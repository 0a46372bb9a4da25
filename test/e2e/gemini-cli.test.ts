import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { underTest } from '../gateway-command.ts'
import { findAgent } from './agent-program.ts'
import type { AgentResult, AgentSession } from './agent-session.ts'
import { assertWentWell, linesOf, outlineOf, thinksAndCalls } from './agent-turns.ts'
import { MODEL } from './scene.ts'

const gemini =
  underTest === 'bun'
    ? findAgent({
        name: 'Gemini CLI',
        package: '@google/gemini-cli',
        version: '0.61.0',
        program: '.bin/gemini',
      })
    : 'Gemini CLI is run against the gateway on Bun alone'
if (typeof gemini === 'string' && underTest === 'bun' && process.env.CI) throw new Error(gemini)

/** A line that it prints. */
interface Line {
  readonly type: string
  readonly role?: string
  readonly content?: string
}

/** What the small model answers when it is asked which model a prompt needs. */
const EASY = { kind: 'text', text: '{"complexity_reasoning":"It is easy.","complexity_score":5}' } as const

describe('Gemini CLI', { skip: typeof gemini === 'string' ? gemini : false, timeout: 120_000 }, () => {
  const run = (session: AgentSession) =>
    (gemini as Exclude<typeof gemini, string>).run('gemini-cli-session.ts', session) as AgentResult
  const saidIn = ({ turns }: AgentResult) =>
    turns.map((turn) =>
      linesOf<Line>(turn)
        .map(({ role, content }) => (role === 'assistant' ? content : ''))
        .join(''),
    )

  test('writes and reads a file by its tools over several turns, signatures included', () => {
    const path = { file_path: 'FOLDER/note.txt' }
    const result = run({
      turns: [
        {
          prompt: 'Write a note',
          whole: [EASY],
          google: [
            thinksAndCalls('write_file', { ...path, content: 'first\n' }, 'c2lnbmF0dXJlLTE='),
            thinksAndCalls('run_shell_command', { command: 'echo second >> note.txt' }, 'c2lnbmF0dXJlLTI='),
            { kind: 'text', text: 'It is written.' },
          ],
        },
        {
          prompt: 'What is in it?',
          whole: [EASY],
          google: [
            thinksAndCalls('read_file', path, 'c2lnbmF0dXJlLTM='),
            { kind: 'text', text: 'Two lines.' },
          ],
        },
      ],
    })
    assertWentWell(result)
    assert.equal(result.note, 'first\nsecond\n')
    assert.deepEqual(saidIn(result), ['I write it.I write it.It is written.', 'I write it.Two lines.'])
    const [beforeLast, last] = [result.requests.at(2)!, result.requests.at(-1)!]
    assert.deepEqual(outlineOf(beforeLast).signatures, ['c2lnbmF0dXJlLTE=', 'c2lnbmF0dXJlLTI='])
    // A session that is taken up again has lost its signatures; the placeholder is the client's own.
    assert.deepEqual(outlineOf(last).signatures.at(-1), 'c2lnbmF0dXJlLTM=')
    assert.match(JSON.stringify(last.contents.at(-1)), /functionResponse.*read_file.*second/)
    assert.deepEqual(
      [...new Set(result.calls.map(({ operation, model }) => `${operation} ${model}`))],
      ['generateContent gemini-3.5-flash-lite', 'streamGenerateContent gemini-3.8-flash'],
    )
  })

  test('sends its token as a bearer as well, and is answered', () => {
    const result = run({
      environment: { GEMINI_API_KEY_AUTH_MECHANISM: 'bearer', GEMINI_MODEL: MODEL },
      turns: [{ prompt: 'Hello', google: [{ kind: 'text', text: 'Hello to you.' }] }],
    })
    assertWentWell(result)
    assert.deepEqual(saidIn(result), ['Hello to you.'])
  })

  test('waits as long as it is told, and gives up where the day is spent', () => {
    const spent = { kind: 'perDay429', retrySeconds: 1, times: 'forever' } as const
    const result = run({
      environment: { GEMINI_MODEL: MODEL },
      turns: [{ prompt: 'Hello', google: [spent] }],
    })
    const [turn] = result.turns
    assert.notEqual(turn?.code, 0)
    assert.match(turn?.stderr ?? '', /TerminalQuotaError: All 2 keys are resting/)
    assert.deepEqual(
      result.passed.map(({ status }) => status),
      [429, 429],
    )
  })

  test('is told that a model is not there', () => {
    const result = run({
      environment: { GEMINI_MODEL: 'gemini-none' },
      turns: [{ prompt: 'Hello', google: [] }],
    })
    const [turn] = result.turns
    assert.notEqual(turn?.code, 0)
    assert.match(turn?.stderr ?? '', /ModelNotFoundError: models\/gemini-none is not found/)
  })
})
