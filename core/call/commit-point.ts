import { Buffer } from 'node:buffer'
import type { Fault } from '../fault.ts'
import type { Redactor } from '../log/redactor.ts'
import {
  errorIn,
  isPage,
  parseReply,
  toEmptyFault,
  toErrorFault,
  toUnreadableFault,
} from './answer-faults.ts'
import { createJudge, type Judge } from './judge.ts'
import type { Reading } from './key-loop.ts'
import type { UpstreamStream } from './upstream-stream.ts'

/** A stream that has something for the client: from here on the call stays with its key. */
export interface CommittedStream {
  readonly stream: UpstreamStream
  /** The frames read up to the commit point, to be sent first. */
  readonly pending: readonly Uint8Array[]
  readonly judge: Judge
  /** False where the client asked for parts of the answer only, so that nothing can be missed in it. */
  readonly judged: boolean
  /** Charges a fault that comes after the commit point. */
  charge(fault: Fault): void
}

/** Whether a stream has looked for content long enough, so that its headers go out. */
export interface Lateness {
  readonly passed: boolean
  readonly reached: Promise<void>
  cancel(): void
}

/** Starts the time that a stream may look for its first content. */
export function createLateness(milliseconds: number): Lateness {
  const { promise, resolve } = Promise.withResolvers<void>()
  let passed = false
  const timer = setTimeout(() => {
    passed = true
    resolve()
  }, milliseconds)
  return {
    get passed() {
      return passed
    },
    reached: promise,
    cancel: () => clearTimeout(timer),
  }
}

/** Of a client that reads already: every piece of what follows is for it at once. */
export const AT_ONCE: Lateness = { passed: true, reached: Promise.resolve(), cancel() {} }

/**
 * Reads a stream up to its commit point: the first meaningful part, an end that is an answer in itself, or,
 * once the headers have gone out, the first thought. What fails before is a fault, and another key may try.
 */
export async function readToCommitPoint(
  stream: UpstreamStream,
  lateness: Lateness,
  redactor: Redactor,
  charge: (fault: Fault) => void,
  judged: boolean,
): Promise<Reading<CommittedStream>> {
  const judge = createJudge()
  const pending: Uint8Array[] = []
  const commit = (next: ReturnType<UpstreamStream['read']>) => {
    return {
      ok: true as const,
      value: { stream: startingWith(next, stream), pending, judge, judged, charge },
    }
  }
  let reading = stream.read()

  for (;;) {
    if (!lateness.passed && judge.thought) {
      await Promise.race([reading, lateness.reached])
      if (lateness.passed) return commit(reading)
    }
    const runs = await reading
    if (!runs) break
    for (const [index, run] of runs.entries()) {
      let seen = 0
      for (const frame of stream.cut(run)) {
        const fault = look(frame)
        if (fault) return { ok: false, fault }
        pending.push(frame)
        seen += frame.length
        // What came together with the first content comes after the commit point all the same.
        if (isEnough()) return commit(Promise.resolve(unseen(runs, index, seen)))
        if (judge.failure() === 'malformed_call') return { ok: false, fault: toEmptyFault('malformed_call') }
      }
    }
    reading = stream.read()
  }
  return atEnd()

  function isEnough(): boolean {
    return !judged || judge.answered || (lateness.passed && judge.thought)
  }

  function look(frame: Uint8Array): Fault | undefined {
    const text = stream.textOf(frame)
    if (text === undefined) return undefined
    const chunk = parseReply(text)
    if (!chunk)
      return { kind: 'unreadable', status: 200, reason: 'Google sent an event that is not JSON', text: '' }
    const error = errorIn(chunk)
    if (error) return toErrorFault(error, redactor)
    judge.add(chunk)
    return undefined
  }

  function atEnd(): Reading<CommittedStream> {
    const { headers } = stream
    if (isPage(headers)) {
      const bytes = Buffer.concat([...pending, stream.leftover()])
      return { ok: false, fault: toUnreadableFault({ bytes, headers }, redactor) }
    }
    // Some front ends answer a call for a stream with a plain JSON error.
    const error = errorIn(parseReply(new TextDecoder().decode(stream.leftover())))
    if (error) return { ok: false, fault: toErrorFault(error, redactor) }
    const last = stream.unfinished()
    if (last && !look(last)) pending.push(last)
    if (judge.answered || (!judged && pending.length > 0)) return commit(Promise.resolve(undefined))
    return { ok: false, fault: toEmptyFault(judge.failure() ?? 'empty') }
  }
}

/** What is left of runs after so many bytes of the one at an index. */
function unseen(runs: readonly Uint8Array[], index: number, seen: number): readonly Uint8Array[] {
  return [runs[index]!.subarray(seen), ...runs.slice(index + 1)].filter(({ length }) => length > 0)
}

/** The same stream, whose next read is under way or done already. */
function startingWith(next: ReturnType<UpstreamStream['read']>, stream: UpstreamStream): UpstreamStream {
  let first: typeof next | undefined = next
  next.catch(() => {}) // whoever reads gets the failure; for a client that has left nobody reads
  return {
    ...stream,
    read() {
      const reading = first ?? stream.read()
      first = undefined
      return reading
    },
  }
}
