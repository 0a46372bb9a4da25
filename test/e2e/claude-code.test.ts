import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { underTest } from '../gateway-command.ts'
import { findAgent } from './agent-program.ts'
import type { AgentResult, AgentSession } from './agent-session.ts'
import { assertWentWell, linesOf, outlineOf, thinksAndCalls } from './agent-turns.ts'
import { CLIENT_TOKEN } from './gateway-process.ts'
import { MODEL } from './scene.ts'

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

/** A picture of one dot. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

/** The last line that it prints. */
interface Result {
  readonly type: string
  readonly result: string
  readonly is_error: boolean
}

describe('Claude Code', { skip: typeof claude === 'string' ? claude : false, timeout: 120_000 }, () => {
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

  test('makes its conversation shorter where Google says that it is too long', () => {
    const message = 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'
    const result = run({
      turns: [
        { prompt: 'Hello', google: [{ kind: 'text', text: 'Hello to you.' }] },
        {
          prompt: 'Go on',
          google: [
            { kind: 'invalidArgument400', message },
            { kind: 'text', text: '<summary>We said hello.</summary>' },
            { kind: 'text', text: 'It goes on.' },
          ],
        },
      ],
    })
    assert.deepEqual(saidIn(result), ['Hello to you.', 'It goes on.'])
    assert.deepEqual(
      result.passed.map(({ status }) => status),
      [200, 400, 200, 200],
    )
    assert.match(JSON.stringify(result.requests.at(-1)), /We said hello\./)
  })

  test('asks again for a whole answer where a stream broke off', () => {
    const result = run({
      turns: [
        {
          prompt: 'Hello',
          google: [{ kind: 'streamError', after: 'content' }],
          whole: [{ kind: 'text', text: 'Whole again.' }],
        },
      ],
    })
    assertWentWell(result)
    assert.deepEqual(saidIn(result), ['Whole again.'])
  })

  test('searches the web by Google’s search', () => {
    const result = run({
      turns: [
        {
          prompt: 'Search',
          google: [
            thinksAndCalls('WebSearch', { query: 'weather in Oslo' }, 'c2lnbmF0dXJlLTE='),
            { kind: 'text', text: 'It rains.' },
            { kind: 'text', text: 'It rains in Oslo.' },
          ],
        },
      ],
    })
    assertWentWell(result)
    assert.deepEqual(saidIn(result), ['It rains in Oslo.'])
    assert.deepEqual(result.requests[1]?.tools, [{ googleSearch: {} }])
  })

  test('finds the models, sends its token as a key, and names a model of Gemini’s', () => {
    const result = run({
      environment: {
        ANTHROPIC_AUTH_TOKEN: '',
        ANTHROPIC_API_KEY: CLIENT_TOKEN,
        ANTHROPIC_MODEL: MODEL,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '',
        CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1',
      },
      turns: [{ prompt: 'Hello', google: [{ kind: 'text', text: 'Hello to you.' }] }],
    })
    assert.deepEqual(saidIn(result), ['Hello to you.'])
    const asked = result.passed.filter(({ status }) => status === 200).map(({ path }) => path)
    assert.deepEqual(asked.toSorted(), ['/v1/messages?beta=true', '/v1/models?limit=1000'])
    assert.ok(
      result.calls.some(({ operation, model }) => operation === 'streamGenerateContent' && model === MODEL),
    )
  })

  test('shows the model a picture that it reads from a file', () => {
    const result = run({
      turns: [
        {
          prompt: 'Look at the picture',
          google: [
            thinksAndCalls(
              'Bash',
              { command: `echo ${PNG} | base64 -d > FOLDER/dot.png` },
              'c2lnbmF0dXJlLTE=',
            ),
            thinksAndCalls('Read', { file_path: 'FOLDER/dot.png' }, 'c2lnbmF0dXJlLTI='),
            { kind: 'text', text: 'A dot.' },
          ],
        },
      ],
    })
    assertWentWell(result)
    assert.deepEqual(saidIn(result), ['A dot.'])
    const answered = result.requests.at(-1)!.contents.at(-1)
    assert.match(JSON.stringify(answered), /functionResponse.*Read.*inlineData.*image\/(png|jpeg)/)
  })
})
