import type { GenerateContentResponse, UsageMetadata } from '../canonical.ts'
import type { Redactor } from '../log/redactor.ts'
import { AT_ONCE, readToCommitPoint } from './commit-point.ts'
import { continuationIn, sumOf, withoutEnd } from './continuation.ts'
import { createFrameSource, type FrameSource } from './frame-source.ts'
import type { Hops } from './hops.ts'
import { openEventStream } from './upstream-stream.ts'
import { usageSum } from './usage-sum.ts'

/** A stream with all that follows it, as one, for clients that cannot ask Google to go on themselves. */
export function continuedFrames(first: FrameSource, hops: Hops, redactor: Redactor): FrameSource {
  let current = first
  let token: string | undefined
  /** What the pieces before the current one came to. */
  let spent: UsageMetadata | undefined
  let isOver = false

  return {
    closing: () => current.closing(),
    usage: () => sumOf(spent, current.usage()),
    end() {
      if (current !== first) hops.done(current.usage())
      current.end()
    },
    chunksOf: (run) => (run === CUT ? [CUT_CHUNK] : current.chunksOf(run)).map(follow),
    async next() {
      while (!isOver) {
        const runs = await current.next()
        if (runs || token === undefined) return runs
        if (!(await goOn(token))) return [CUT]
      }
      return undefined
    },
  }

  function follow(chunk: GenerateContentResponse): GenerateContentResponse {
    const next = hops.left && !isOver ? continuationIn(chunk) : undefined
    if (next !== undefined) token = next
    const shown = next === undefined ? chunk : withoutEnd(chunk)
    if (!spent || !shown.usageMetadata) return shown
    return { ...shown, usageMetadata: usageSum(spent, shown.usageMetadata) }
  }

  async function goOn(from: string): Promise<boolean> {
    token = undefined
    const usage = current.usage()
    const next = await hops.go(from, usage, async (answer, charge) => {
      const reading = await readToCommitPoint(openEventStream(answer), AT_ONCE, redactor, charge, false)
      // The piece may be empty, but it must have an end.
      return reading.ok ? { ok: true, value: { ...reading.value, judged: true } } : reading
    })
    isOver = next === undefined
    if (!next) return false
    current.end()
    spent = sumOf(spent, usage)
    current = createFrameSource(next, redactor)
    return true
  }
}

/** The end of an answer with which Google does not go on. */
const CUT_CHUNK: GenerateContentResponse = { candidates: [{ finishReason: 'CONTINUATION' }] }

/** A run that stands for it, however the frames before it are written. */
const CUT = new Uint8Array(0)
