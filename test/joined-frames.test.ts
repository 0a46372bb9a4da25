import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FrameSource } from '../core/call/frame-source.ts'
import { inPlaces, joinedReply } from '../core/call/joined-candidates.ts'
import { type JoinedStream, joinedFrames } from '../core/call/joined-frames.ts'
import type { GenerateContentResponse } from '../core/canonical.ts'
import { GatewayError } from '../core/errors.ts'
import { frozen } from './frozen.ts'

const says = (text: string, tokens?: number): GenerateContentResponse => ({
  candidates: [{ content: { parts: [{ text }] } }],
  ...(tokens !== undefined && { usageMetadata: { totalTokenCount: tokens } }),
})

/** A stream that a test feeds by hand. */
function openStream(first: number) {
  const chunks: GenerateContentResponse[] = []
  let settle: { resolve(runs: Uint8Array[] | undefined): void; reject(error: Error): void } | undefined
  const state = { reads: 0, ends: 0, usage: 0 }
  const frames: FrameSource = {
    next() {
      state.reads++
      return new Promise((resolve, reject) => (settle = { resolve, reject }))
    },
    chunksOf: ([number = 0]) => [chunks[number]!],
    closing: () => undefined,
    usage: () => ({ totalTokenCount: state.usage }),
    end: () => void state.ends++,
  }
  const stream: JoinedStream = { first, count: 1, frames, restore: (chunk) => chunk }
  return {
    stream,
    state,
    brings(chunk: GenerateContentResponse) {
      state.usage = chunk.usageMetadata?.totalTokenCount ?? state.usage
      settle?.resolve([new Uint8Array([chunks.push(chunk) - 1])])
    },
    ends: () => settle?.resolve(undefined),
    breaks: (error: Error) => settle?.reject(error),
  }
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 0))
const NEVER_AGAIN = () => Promise.reject(new Error('begun twice'))

/** Streams that have all begun, as `joinedFrames` takes them. */
function asBegun(...streams: readonly JoinedStream[]): Parameters<typeof joinedFrames> {
  return [streams.map((stream) => Promise.resolve(stream)), streams.map(() => NEVER_AGAIN)]
}

async function nextOf(joined: FrameSource) {
  const runs = await joined.next()
  return runs?.flatMap((run) => joined.chunksOf(run))
}

describe('Streams that make up one answer', () => {
  test('bring their chunks as they come, each in its place, with what all have spent so far', async () => {
    const [one, two] = [openStream(0), openStream(1)]
    const joined = joinedFrames(...asBegun(one.stream, two.stream))
    await tick()
    const first = nextOf(joined)
    two.brings(says('b', 3))
    assert.deepEqual(await first, [
      {
        candidates: [{ content: { parts: [{ text: 'b' }] }, index: 1 }],
        usageMetadata: { totalTokenCount: 3 },
      },
    ])
    const second = nextOf(joined)
    one.brings(says('a', 4))
    assert.deepEqual((await second)?.[0]?.usageMetadata, { totalTokenCount: 7 })
    const end = nextOf(joined)
    one.ends()
    two.ends()
    assert.equal(await end, undefined)
    assert.deepEqual([one.state.ends, two.state.ends], [1, 1])
    assert.deepEqual(joined.usage(), { totalTokenCount: 7 })
  })

  test('take turns where all have something, and none is read on before its chunks are', async () => {
    const [one, two] = [openStream(0), openStream(1)]
    const joined = joinedFrames(...asBegun(one.stream, two.stream))
    await tick()
    const told: number[] = []
    for (let turn = 0; turn < 6; turn++) {
      const next = nextOf(joined)
      one.brings(says('a'))
      two.brings(says('b'))
      told.push((await next)?.[0]?.candidates?.[0]?.index ?? -1)
    }
    assert.deepEqual(told, [0, 1, 0, 1, 0, 1])
    assert.deepEqual([one.state.reads, two.state.reads], [4, 3])
  })

  test('are begun as others end, and all end with the first that breaks', async () => {
    const [one, late] = [openStream(0), openStream(1)]
    let begun = 0
    const joined = joinedFrames(
      [Promise.resolve(one.stream)],
      [
        NEVER_AGAIN,
        async () => {
          begun++
          return late.stream
        },
        () => Promise.reject(new Error('refused')),
      ],
    )
    await tick()
    const next = nextOf(joined)
    assert.equal(begun, 0)
    one.ends()
    await tick()
    assert.equal(begun, 1)
    late.brings(says('b'))
    assert.deepEqual((await next)?.[0]?.candidates?.[0]?.index, 1)
    const last = nextOf(joined)
    late.ends()
    await assert.rejects(last, { message: 'refused' })
    joined.end()
    assert.ok(one.state.ends > 0 && late.state.ends > 0)
  })

  test('wait for another where they find all keys busy, as long as another runs', async () => {
    const [one, two] = [openStream(0), openStream(1)]
    const busy = new GatewayError('rate_limited', 'All keys are busy', { facts: { outBusy: 1 } })
    const tries = [() => Promise.reject(busy), () => Promise.resolve(two.stream), () => Promise.reject(busy)]
    const again = () => tries.shift()!()
    const joined = joinedFrames([Promise.resolve(one.stream), again()], [NEVER_AGAIN, again, again])
    const next = nextOf(joined)
    await tick()
    assert.equal(tries.length, 2)
    one.ends()
    await tick()
    assert.equal(tries.length, 0)
    two.brings(says('b'))
    assert.equal((await next)?.[0]?.candidates?.[0]?.index, 1)
    const last = nextOf(joined)
    tries.push(() => Promise.reject(busy))
    two.ends()
    await assert.rejects(last, { message: 'All keys are busy' })
  })

  test('break with one of them', async () => {
    const [one, two] = [openStream(0), openStream(1)]
    const joined = joinedFrames(...asBegun(one.stream, two.stream))
    await tick()
    const next = nextOf(joined)
    two.breaks(new Error('cut'))
    await assert.rejects(next, { message: 'cut' })
  })
})

describe('Replies that make up one answer', () => {
  test('have their candidates one after the other, and their tokens added up', () => {
    const [one, two] = [
      inPlaces(frozen({ ...says('a', 1), modelVersion: 'm' }), { first: 0, count: 1 }),
      inPlaces(
        frozen({
          candidates: [
            { index: 0, finishReason: 'STOP' },
            { index: 1, finishReason: 'STOP' },
          ],
        }),
        { first: 1, count: 2 },
      ),
    ]
    assert.deepEqual(joinedReply([one, two]), {
      modelVersion: 'm',
      candidates: [
        { content: { parts: [{ text: 'a' }] }, index: 0 },
        { finishReason: 'STOP', index: 1 },
        { finishReason: 'STOP', index: 2 },
      ],
      usageMetadata: { totalTokenCount: 1 },
    })
  })

  test('have no more candidates than were asked for', () => {
    const two = { candidates: [{ index: 0 }, { index: 1 }] }
    assert.deepEqual(inPlaces(two, { first: 3, count: 1 }), { candidates: [{ index: 3 }] })
  })

  test('of which Google blocked one tell that of its candidates alone', () => {
    const blocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }
    assert.deepEqual(inPlaces(blocked, { first: 2, count: 2 }), {
      candidates: [
        { finishReason: 'SAFETY', index: 2 },
        { finishReason: 'SAFETY', index: 3 },
      ],
    })
  })
})
