import type { GenerateContentResponse } from '../canonical.ts'
import { type GatewayError, toGatewayError } from '../errors.ts'
import { toClientHeaders } from '../http/passed-headers.ts'
import type { Redactor } from '../log/redactor.ts'
import type { Call, StreamEncoder } from '../plugin.ts'
import type { Shapers } from '../plugins/hooks.ts'
import { isPartial } from './answer-form.ts'
import { createLateness, type Lateness, readToCommitPoint } from './commit-point.ts'
import type { Flight } from './flight.ts'
import { createFrameSource, type FrameSource, joined } from './frame-source.ts'
import type { KeyLoop } from './key-loop.ts'
import { clientGone } from './refusal.ts'
import { createStreamBody, type StreamSource } from './stream-body.ts'
import type { Answer, UpstreamRequest } from './upstream.ts'
import type { UpstreamStream } from './upstream-stream.ts'

export interface StreamOptions {
  readonly keyLoop: KeyLoop
  readonly redactor: Redactor
  readonly commitMilliseconds: number
  readonly heartbeatMilliseconds: number
}

/** A stream that has something for the client. */
export interface BegunStream {
  /** Google's. */
  readonly headers: Headers
  /** What it brings; to be asked once. */
  frames(): FrameSource
}

/** What is to become of one stream. */
export interface StreamPlan {
  readonly encoder: StreamEncoder
  /** Looks for what is to be streamed, up to its commit point. */
  begin(lateness: Lateness, judged: boolean): Promise<BegunStream>
  /** Makes what the client is sent out of Google's frames. */
  pieces(frames: FrameSource): Pieces
}

/** What the client is sent, piece by piece. */
export interface Pieces {
  /** The next piece, or undefined at the end. */
  next(): Promise<Uint8Array | string | undefined>
  /** Ends what still runs, where the client has left or the stream has failed. */
  end?(): void
}

/**
 * Answers with a stream. Headers go out at the commit point, or after `commitSeconds` with a first heartbeat
 * while the search for a key goes on; before that a failure rejects, so that it keeps its true status.
 */
export async function answerStream(
  flight: Flight,
  plan: StreamPlan,
  options: StreamOptions,
): Promise<Response> {
  flight.outliveAnswer()
  const lateness = createLateness(options.commitMilliseconds)
  const { request, url } = flight.exchange
  const judged = !isPartial(url.searchParams, request.headers)
  let committed: BegunStream | undefined
  const committing = plan
    .begin(lateness, judged)
    .then((stream) => {
      committed = stream
      flight.trace.firstTokenAt = performance.now()
      return stream
    })
    .finally(() => lateness.cancel())
  // Where the headers go out first, the stream itself tells of a failure.
  committing.catch(() => {})
  await Promise.race([committing, lateness.reached])
  // Thoughts that were held back commit in this moment; they make a better first sign than a heartbeat.
  if (!committed) await new Promise((resolve) => setTimeout(resolve, 0))

  const body = createStreamBody({
    source: createSource(flight, plan, committing),
    first: committed ? undefined : beat(plan.encoder),
    heartbeat: () => beat(plan.encoder),
    heartbeatMilliseconds: options.heartbeatMilliseconds,
  })
  return new Response(body, { headers: toHeaders(flight, plan.encoder, committed) })
}

/** How one generation is looked for. */
export interface StreamSearch {
  readonly upstream: UpstreamRequest
  open(answer: Answer): UpstreamStream
  /** The frames with those that follow by other calls. */
  continued?(frames: FrameSource): FrameSource
}

/** Begins the stream of one generation. */
export async function beginStream(
  { trace, leaving }: Pick<Flight, 'trace' | 'leaving'>,
  { upstream, open, continued }: StreamSearch,
  { keyLoop, redactor }: Pick<StreamOptions, 'keyLoop' | 'redactor'>,
  lateness: Lateness,
  judged: boolean,
): Promise<BegunStream> {
  const committed = await keyLoop.run(upstream, trace, leaving, (answer, charge) =>
    readToCommitPoint(open(answer), lateness, redactor, charge, judged),
  )
  return {
    headers: committed.stream.headers,
    frames() {
      const first = createFrameSource(committed, redactor)
      return continued?.(first) ?? first
    },
  }
}

/** A codec that fails here must not end the process: this runs in a timer. */
function beat(encoder: StreamEncoder): string {
  try {
    return encoder.heartbeat()
  } catch {
    return ''
  }
}

function toHeaders(flight: Flight, encoder: StreamEncoder, committed: BegunStream | undefined) {
  return {
    ...(committed && toClientHeaders(committed.headers)),
    'content-type': encoder.contentType,
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    ...flight.headers(),
  }
}

function createSource(flight: Flight, plan: StreamPlan, committing: Promise<BegunStream>): StreamSource {
  let frames: FrameSource | undefined
  let pieces: Pieces | undefined
  let ended = false

  return {
    async next() {
      if (ended) return undefined
      try {
        frames ??= (await committing).frames()
        pieces ??= plan.pieces(frames)
        const piece = await pieces.next()
        if (piece === undefined) finish()
        else flight.bodies.sent(piece)
        return piece
      } catch (thrown) {
        const error = flight.leaving.aborted ? clientGone() : flight.told(toGatewayError(thrown))
        const told = tell(error)
        flight.bodies.sent(told)
        finish(error)
        return told
      }
    },
    cancel() {
      flight.leave()
      finish(clientGone())
    },
  }

  /** A codec that cannot even tell an error must not keep the call open. */
  function tell(error: GatewayError): string {
    try {
      return plan.encoder.error(error)
    } catch {
      return ''
    }
  }

  function finish(error?: GatewayError) {
    ended = true
    pieces?.end?.()
    flight.trace.usage = frames?.usage()
    frames?.end()
    flight.finish(error?.kind === 'client_gone' ? error.status : 200, error)
  }
}

/** Google's bytes as they are. */
export function rawPieces(frames: FrameSource, encoder: StreamEncoder): Pieces {
  let closed = false
  return {
    async next() {
      if (closed) return undefined
      const next = await frames.next()
      if (next) {
        if (next.length > 0) encoder.relayed?.()
        return joined(next)
      }
      closed = true
      return frames.closing()
    },
  }
}

/** Chunks through the hooks and the codec. */
export function shapedPieces(
  frames: FrameSource,
  encoder: StreamEncoder,
  call: Call,
  shapers: Shapers,
): Pieces {
  let ended = false
  const chunks = shapers.stream
    ? wrappedChunks(frames, call, shapers)
    : { read: plainChunks(frames, call, shapers), end: undefined }
  return {
    async next() {
      if (ended) return undefined
      const next = await chunks.read()
      if (next) return next.reduce((text, chunk) => text + encoder.chunk(chunk), '')
      ended = true
      return encoder.end()
    },
    end: chunks.end,
  }
}

type ChunkReader = () => Promise<readonly GenerateContentResponse[] | undefined>

function plainChunks(frames: FrameSource, call: Call, shapers: Shapers): ChunkReader {
  return async () => {
    const next = await frames.next()
    const chunks: GenerateContentResponse[] = []
    for (const run of next ?? [])
      for (const chunk of frames.chunksOf(run)) chunks.push(...shapers.chunk(chunk, call))
    return next && chunks
  }
}

function wrappedChunks(frames: FrameSource, call: Call, shapers: Shapers) {
  const plain = plainChunks(frames, call, shapers)
  async function* all() {
    for (let chunks = await plain(); chunks; chunks = await plain()) yield* chunks
  }
  const iterator = shapers.stream!(all(), call)[Symbol.asyncIterator]()
  const read: ChunkReader = async () => {
    const { done, value } = await iterator.next()
    return done ? undefined : [value]
  }
  // The hook's own `finally` runs; nobody is left to hear what it throws.
  const end = () => void iterator.return?.(undefined).catch(() => {})
  return { read, end }
}
