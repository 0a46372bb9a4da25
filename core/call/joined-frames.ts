import type { GenerateContentResponse, UsageMetadata } from '../canonical.ts'
import { isBusy } from './busy-keys.ts'
import { sumOf } from './continuation.ts'
import type { FrameSource } from './frame-source.ts'
import { inPlaces, type Places } from './joined-candidates.ts'
import { newestUsage } from './newest-usage.ts'

/** One of several streams that make up an answer. */
export interface JoinedStream extends Places {
  readonly frames: FrameSource
  /** A chunk as the client's request means it. */
  restore(chunk: GenerateContentResponse): GenerateContentResponse
}

/** Begins one of them. */
export type Beginning = () => Promise<JoinedStream>

/** What a stream brought: frames, nothing more at its end, or why it broke off. */
interface Arrival {
  readonly stream?: Reading
  readonly runs?: readonly Uint8Array[] | undefined
  readonly error?: unknown
}

interface Reading extends JoinedStream {
  usage: UsageMetadata | undefined
}

/**
 * The streams of all `beginnings` as one, whose chunks come as they arrive, each with its candidates in their places.
 * The first of them have begun to begin. The others follow as these end, and so does what finds all keys busy; as many
 * as at first run at once. The first that breaks off ends the whole.
 */
export function joinedFrames(
  first: readonly Promise<JoinedStream>[],
  beginnings: readonly Beginning[],
): FrameSource {
  const streams: Reading[] = []
  const waiting = beginnings.slice(first.length)
  const arrivals: Arrival[] = []
  let running = 0
  let wake = () => {}
  let current: Reading | undefined
  let unread: Reading | undefined
  for (const [index, begun] of first.entries()) follow(begun, beginnings[index]!)

  function arrive(arrival: Arrival): void {
    arrivals.push(arrival)
    wake()
  }

  function follow(begun: Promise<JoinedStream>, begin: Beginning): void {
    running++
    begun.then(
      (stream) => {
        const reading = { ...stream, usage: undefined }
        streams.push(reading)
        read(reading)
      },
      (error) => {
        if (!isBusy(error) || running === 1) return arrive({ error })
        running--
        waiting.push(begin)
      },
    )
  }

  function read(stream: Reading): void {
    stream.frames.next().then(
      (runs) => arrive({ stream, runs }),
      (error) => arrive({ error }),
    )
  }

  function endOf(stream: Reading): void {
    stream.frames.end()
    running--
    for (const begin of waiting.splice(0, first.length - running)) follow(begin(), begin)
  }

  async function nextArrival(): Promise<Arrival> {
    while (arrivals.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    return arrivals.shift()!
  }

  return {
    async next() {
      // A stream is read on when its chunks are: they may say that another follows.
      if (unread) read(unread)
      unread = undefined
      while (running > 0) {
        const { stream, runs, error } = await nextArrival()
        if (!stream) throw error
        current = stream
        if (runs) {
          unread = stream
          return runs
        }
        endOf(stream)
      }
      return undefined
    },
    chunksOf(run) {
      const stream = current
      return stream ? stream.frames.chunksOf(run).map((chunk) => placed(stream, chunk)) : []
    },
    closing: () => undefined,
    usage: () => total(({ frames }) => frames.usage()),
    end() {
      for (const { frames } of streams) frames.end()
    },
  }

  function placed(stream: Reading, chunk: GenerateContentResponse): GenerateContentResponse {
    const own = inPlaces(stream.restore(chunk), stream)
    if (!own.usageMetadata) return own
    stream.usage = newestUsage(stream.usage, own.usageMetadata)
    return { ...own, usageMetadata: total(({ usage }) => usage) }
  }

  function total(usageOf: (stream: Reading) => UsageMetadata | undefined): UsageMetadata | undefined {
    return streams.map(usageOf).reduce(sumOf, undefined)
  }
}
