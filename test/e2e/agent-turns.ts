import assert from 'node:assert/strict'
import type { Behaviour } from '../../adapters/simulated-google/behaviours.ts'
import type { AgentEnd, AgentResult } from './agent-session.ts'

/** What Gemini says where it thinks, speaks and calls in one answer. */
export function thinksAndCalls(name: string, args: object, thoughtSignature: string): Behaviour {
  const content = (...parts: object[]) => ({ index: 0, content: { role: 'model', parts } })
  const call = { functionCall: { name, args }, thoughtSignature }
  const chunks = [
    { candidates: [content({ text: 'A note is wanted.', thought: true })] },
    { candidates: [content({ text: 'I write it.' })] },
    { candidates: [{ ...content(call), finishReason: 'STOP' }] },
  ]
  return { kind: 'chunks', chunks }
}

/** The JSON lines of what an agent printed. */
export function linesOf<T>({ stdout }: AgentEnd): T[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as T)
}

/** Every run ended well, and nothing that the agent asked was refused. */
export function assertWentWell({ turns, passed, log }: AgentResult): void {
  for (const { code, stdout, stderr } of turns)
    assert.equal(code, 0, [stderr, stdout, log].map((text) => text.slice(-3000)).join('\n'))
  assert.deepEqual(
    passed.filter(({ status }) => status >= 400),
    [],
  )
}

/** The roles of a request's turns, and the signatures in it. */
export function outlineOf({ contents }: AgentResult['requests'][number]) {
  const parts = contents.flatMap((content) => content.parts)
  return {
    roles: contents.map(({ role }) => role).join(' '),
    signatures: parts.flatMap(({ thoughtSignature }) => thoughtSignature ?? []),
  }
}
