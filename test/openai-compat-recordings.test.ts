import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { merged } from './merged.ts'
import { streamed, streamedResponse, whole, wholeResponse } from './openai-codec.ts'
import { foldStream } from './openai-fold.ts'
import { chunksOf, NO_RECORDINGS, recordedReplies, recordedStreams } from './recorded-chunks.ts'
import { foldResponse } from './responses-fold.ts'
import { ALL } from './responses-output.ts'

describe('a recorded stream', () => {
  for (const [name, bytes] of recordedStreams()) {
    test(`folds to the whole answer, however it is cut: ${name}`, async () => {
      for (const size of [bytes.length, 1, 7, 64]) {
        const chunks = await chunksOf(bytes, size)
        const { completion, error, done } = foldStream(streamed(chunks))
        assert.equal(error, undefined)
        assert.ok(done)
        assert.deepEqual(completion, whole(merged(chunks)))
      }
    })

    test(`folds to the whole response, however it is cut: ${name}`, async () => {
      for (const size of [bytes.length, 1, 7, 64]) {
        const chunks = await chunksOf(bytes, size)
        for (const asked of [{}, ALL]) {
          const { response, error } = foldResponse(streamedResponse(chunks, asked))
          assert.equal(error, undefined)
          assert.deepEqual(response, wholeResponse(merged(chunks), asked))
        }
      }
    })
  }
})

describe('a recorded whole answer', { skip: NO_RECORDINGS }, () => {
  const replies = recordedReplies()
  test('is there', () => assert.ok(replies.size > 5))
  for (const [name, reply] of replies) {
    test(`is the same as a stream of one chunk: ${name}`, () => {
      const { completion } = foldStream(streamed([reply]))
      assert.deepEqual(completion, whole(reply))
      const [choice] = (completion as { choices: { finish_reason: string }[] }).choices
      assert.match(choice?.finish_reason ?? '', /^(stop|length|tool_calls|content_filter)$/)
      const { response } = foldResponse(streamedResponse([reply], ALL))
      assert.deepEqual(response, wholeResponse(reply, ALL))
      assert.match(String(response?.status), /^(completed|incomplete)$/)
    })
  }
})
