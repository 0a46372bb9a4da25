import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { codec, decoded, REQUEST, streamed, whole } from './anthropic-codec.ts'
import { foldMessage } from './anthropic-fold.ts'
import { merged } from './merged.ts'
import { chunksOf, NO_RECORDINGS, recordedReplies, recordedStreams } from './recorded-chunks.ts'

const ENDS = /^(end_turn|max_tokens|tool_use|refusal)$/

describe("a recorded stream as Anthropic's", () => {
  for (const [name, bytes] of recordedStreams()) {
    test(`folds to the whole answer, however it is cut: ${name}`, async () => {
      for (const size of [bytes.length, 1, 7, 64]) {
        const chunks = await chunksOf(bytes, size)
        for (const thinks of [true, false]) {
          const { message, error, done } = foldMessage(streamed(chunks, { thinks }))
          assert.equal(error, undefined)
          assert.ok(done)
          assert.deepEqual(message, whole(merged(chunks), { thinks }))
        }
      }
    })
  }
})

describe("a recorded whole answer as Anthropic's", { skip: NO_RECORDINGS }, () => {
  const replies = recordedReplies()
  test('is there', () => assert.ok(replies.size > 5))
  for (const [name, reply] of replies) {
    test(`is the same as a stream of one chunk: ${name}`, () => {
      const { message } = foldMessage(streamed([reply]))
      assert.deepEqual(message, whole(reply))
      assert.match(String(message?.stop_reason), ENDS)
    })

    test(`is a good history for the next request: ${name}`, () => {
      const { content } = whole(reply) as { content: unknown[] }
      const { request } = decoded({ messages: [...history(content), { role: 'user', content: 'And?' }] })
      const calls = partsOf(reply).filter((part) => part.functionCall)
      const sent = (request.contents ?? []).flatMap(({ parts = [] }) => parts)
      assert.deepEqual(
        sent.filter((part) => part.functionCall).map((part) => part.thoughtSignature),
        calls.map((part) => part.thoughtSignature),
      )
      assert.equal(
        sent.filter((part) => part.executableCode).length,
        partsOf(reply).filter((part) => part.executableCode).length,
      )
    })
  }

  function history(content: unknown[]) {
    return [{ role: 'user', content: 'Hi' }, ...(content.length > 0 ? [{ role: 'assistant', content }] : [])]
  }

  function partsOf(reply: { candidates?: { content?: { parts?: Record<string, unknown>[] } }[] }) {
    return reply.candidates?.[0]?.content?.parts ?? []
  }
})

test('an answer is encoded without the call having asked for anything', () => {
  const reply = { candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }] }
  const { asked: _, ...call } = { ...JSON.parse('{}'), id: REQUEST.id, model: 'gemini-3.8-flash' }
  assert.equal(JSON.parse(codec.encode(reply, call).body).model, 'gemini-3.8-flash')
})
