import type { GenerateContentResponse, UsageMetadata } from '../canonical.ts'
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
 * Several streams as one, whose chunks come as they arrive, each with its candidates in their places. `waiting` are
 * begun as others end. The first that breaks off ends it.
 */
export function joinedFrames(
  begun: readonly JoinedStream[],
  waiting: readonly (() => Promise<JoinedStream>)[],
): FrameSource {
  const streams = begun.map(toReading)
  const rest = waiting.values()
  const arrivals: Arrival[] = []
  let open = begun.length + waiting.length
  let wake = () => {}
  let current: Reading | undefined
  let unread: readonly Reading[] = streams

  function arrive(arrival: Arrival): void {
    arrivals.push(arrival)
    wake()
  }

  function read(stream: Reading): void {
    stream.frames.next().then(
      (runs) => arrive({ stream, runs }),
      (error) => arrive({ error }),
    )
  }

  function beginNext(): void {
    const { value: begin } = rest.next()
    begin?.().then(
      (stream) => {
        streams.push(toReading(stream))
        read(streams.at(-1)!)
      },
      (error) => arrive({ error }),
    )
  }

  async function nextArrival(): Promise<Arrival> {
    while (arrivals.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    return arrivals.shift()!
  }

  return {
    async next() {
      // A stream is read on when its chunks are: they may say that another follows.
      for (const stream of unread) read(stream)
      unread = []
      while (open > 0) {
        const { stream, runs, error } = await nextArrival()
        if (!stream) throw error
        current = stream
        unread = [stream]
        if (runs) return runs
        unread = []
        open--
        stream.frames.end()
        beginNext()
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

function toReading(stream: JoinedStream): Reading {
  return { ...stream, usage: undefined }
}
