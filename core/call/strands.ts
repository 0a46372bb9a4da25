import type { GenerateContentResponse } from '../canonical.ts'
import { isGatewayError } from '../errors.ts'
import type { Fitting } from '../fitting/fitting.ts'
import { inParallel } from '../in-parallel.ts'
import type { Redactor } from '../log/redactor.ts'
import type { Call } from '../plugin.ts'
import { type BegunStream, beginStream } from './answer-stream.ts'
import { createSharedKeys, isBusy } from './busy-keys.ts'
import { AT_ONCE, type Lateness } from './commit-point.ts'
import { continuedFrames } from './continued-frames.ts'
import { continuedReply } from './continued-reply.ts'
import type { Flight } from './flight.ts'
import type { FrameSource } from './frame-source.ts'
import { inPlaces, joinedReply } from './joined-candidates.ts'
import { type JoinedStream, joinedFrames } from './joined-frames.ts'
import type { KeyLoop } from './key-loop.ts'
import { OneByOneError, type Strand, type StrandOptions, strandsOf } from './strand.ts'
import { openEventStream, openWholeStream } from './upstream-stream.ts'
import { readWholeReply } from './whole-reply.ts'

/** Several generations that answer one call as if they were one; the first that fails ends them all. */
export interface Strands {
  /** What had to be weakened, of all of them. */
  readonly notes: readonly string[]
  /** The replies of all as one; rejects with the GatewayError that the client is to see. */
  whole(): Promise<GenerateContentResponse>
  /** Begins the streams of all; resolves when each that may run at once has something for the client. */
  begin(lateness: Lateness, judged: boolean): Promise<BegunStream>
}

export interface StrandsOptions {
  readonly keyLoop: KeyLoop
  readonly redactor: Redactor
  readonly fitting: Fitting
  /** Lets whole answers come after their client left. */
  readonly finishWhole: boolean
}

interface BegunStrand extends JoinedStream {
  readonly headers: Headers
}

/** Generations of one call that run at once. */
const AT_A_TIME = 8

/** What answers a call whose request came to several `calls`, or asks for candidates that its model gives singly. */
export function createStrands(
  flight: Pick<Flight, 'trace' | 'leaving' | 'weight' | 'place'>,
  calls: readonly Call[],
  { target, places }: Pick<StrandOptions, 'target' | 'places'>,
  options: StrandsOptions,
): Strands {
  const { keyLoop, redactor, fitting } = options
  const leaving = new AbortController()
  const isStream = calls[0]?.stream === true
  if (isStream || !options.finishWhole) follow(flight.leaving, leaving)
  const strands = strandsBy(fitting)

  return {
    notes: [
      ...new Set(strands.flatMap(({ call, fitted }) => [...call.notes, ...fitted.notes])),
      ...(strands.length > calls.length ? [ONE_BY_ONE] : []),
    ],
    whole: () => together(wholeReply),
    begin: (lateness, judged) => together(() => beginAll(lateness, judged)),
  }

  /** The first failure is told, and is the end of the others. */
  async function together<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (thrown) {
      stop()
      throw thrown
    }
  }

  /** Ends what still runs, or begins. */
  function stop(): void {
    leaving.abort()
    for (const { trace } of strands) trace.ended(undefined)
  }

  function strandsBy(fitted: Fitting): Strand[] {
    return strandsOf(flight, calls, { keyLoop, fitting: fitted, target, places, leaving: leaving.signal })
  }

  async function wholeReply(): Promise<GenerateContentResponse> {
    try {
      return joinedReply(await repliesOf(strands))
    } catch (refused) {
      // Nothing was sent yet, and Google makes a model's candidates one by one where it makes no several.
      if (leaving.signal.aborted || !isOneByOne(refused)) throw refused
      flight.trace.notes.push(ONE_BY_ONE)
      return joinedReply(await repliesOf(strandsBy({ ...fitting, givesSeveral: () => false })))
    }
  }

  function repliesOf(them: readonly Strand[]): Promise<readonly GenerateContentResponse[]> {
    const keys = createSharedKeys()
    return inParallel(them, AT_A_TIME, (strand) => keys.run(() => replyOf(strand)))
  }

  /** Whether the model, or another one in its place, makes one candidate of a request. */
  function isOneByOne(refused: unknown): boolean {
    if (refused instanceof OneByOneError) return true
    return isGatewayError(refused) && calls.some(({ model }) => fitting.learnsSingly(refused.message, model))
  }

  async function replyOf(strand: Strand): Promise<GenerateContentResponse> {
    const { upstream, trace, hops, fitted } = strand
    try {
      const first = await keyLoop.run(upstream, trace, leaving.signal, (answer) =>
        readWholeReply(answer, redactor),
      )
      const reply = await continuedReply(first.reply, hops, redactor)
      trace.usage = reply.usageMetadata
      return inPlaces(fitted.restore(reply), strand)
    } finally {
      trace.ended(trace.usage)
    }
  }

  async function beginAll(lateness: Lateness, judged: boolean): Promise<BegunStream> {
    const first = strands.slice(0, AT_A_TIME).map((each) => begin(each, lateness, judged))
    const { headers } = await firstBegun(first, lateness)
    const beginnings = strands.map((each) => () => begin(each, AT_ONCE, judged))
    return { headers, frames: () => stopping(joinedFrames(first, beginnings)) }
  }

  function stopping(frames: FrameSource): FrameSource {
    const end = () => {
      frames.end()
      stop()
    }
    return { ...frames, end }
  }

  async function begin(strand: Strand, lateness: Lateness, judged: boolean): Promise<BegunStrand> {
    const { call, upstream, trace, hops } = strand
    const open = call.whole ? openWholeStream : openEventStream
    const continued = (frames: FrameSource) => continuedFrames(frames, hops, redactor)
    const search = { upstream, open, continued }
    try {
      const begun = await beginStream({ trace, leaving: leaving.signal }, search, options, lateness, judged)
      return { ...toJoined(strand, begun.frames()), headers: begun.headers }
    } catch (thrown) {
      trace.ended(undefined) // of the others it may be the last to hear that they have ended
      throw thrown
    }
  }

  function toJoined({ first, count, fitted, trace }: Strand, frames: FrameSource): JoinedStream {
    const end = () => {
      trace.ended(frames.usage())
      trace.ended = () => {}
      frames.end()
    }
    return { first, count, restore: fitted.restore, frames: { ...frames, end } }
  }
}

const ONE_BY_ONE = 'candidateCount: each candidate is a call of its own, the model makes one at a time'

/**
 * One that has begun, as soon as each has or finds all keys busy: none that is refused then hides behind another.
 * Once the client is told that it waits, the first that begins is for it at once.
 */
async function firstBegun(all: readonly Promise<BegunStrand>[], lateness: Lateness): Promise<BegunStrand> {
  let first: BegunStrand | undefined
  let busy: unknown
  const tried = all.map(async (each) => {
    try {
      const begun = await each
      first ??= begun
    } catch (refused) {
      if (!isBusy(refused)) throw refused
      busy = refused
    }
  })
  const settled = Promise.all(tried)
  const late = lateness.reached.then(() => Promise.any(all)).catch(() => settled)
  await Promise.race([settled, late])
  if (!first) throw busy
  return first
}

function follow(signal: AbortSignal, controller: AbortController): void {
  if (signal.aborted) controller.abort()
  else signal.addEventListener('abort', () => controller.abort(), { once: true })
}
