import type { GenerateContentResponse } from '../canonical.ts'
import type { FittedCall } from '../fitting/fitting.ts'
import type { Call, Codec, ProtocolRequest } from '../plugin.ts'
import type { Shapers } from '../plugins/hooks.ts'
import { answerStream, type StreamOptions, type StreamPlan, shapedPieces } from './answer-stream.ts'
import type { Flight } from './flight.ts'
import type { FrameSource } from './frame-source.ts'
import { clientGone } from './refusal.ts'
import { withRhythm } from './stream-rhythm.ts'

/** What makes the client's answer of Google's. */
export interface Shape {
  readonly codec: Codec
  readonly call: Call
  readonly shapers: Shapers
  readonly request: ProtocolRequest
}

/** The answer of a call that came to a whole reply. */
export async function finishShaped(
  flight: Flight,
  reply: GenerateContentResponse,
  { codec, call, shapers }: Shape,
): Promise<Response> {
  flight.trace.usage = reply.usageMetadata
  flight.trace.firstTokenAt = performance.now()
  const wire = codec.encode(await shapers.reply(reply, call), call)
  return finished(flight, wire.body, { 'content-type': wire.contentType, ...wire.headers })
}

/** The answer of a call that comes as a stream, in the client's protocol. */
export function streamShaped(
  flight: Flight,
  { codec, call, shapers, request }: Shape,
  begin: StreamPlan['begin'],
  options: StreamOptions,
): Promise<Response> {
  const encoder = codec.encodeStream(request, call)
  const pieces = (frames: FrameSource) => {
    flight.release()
    return shapedPieces(frames, encoder, call, shapers)
  }
  return answerStream(flight, { encoder, begin, pieces }, withRhythm(options, call))
}

/** What hooks and codecs see of an answer is what the client's own request means. */
export function restoring(shapers: Shapers, { restore }: FittedCall): Shapers {
  return {
    ...shapers,
    reply: (reply, call) => shapers.reply(restore(reply), call),
    chunk: (chunk, call) => shapers.chunk(restore(chunk), call),
  }
}

/** A whole answer, with which its call ends. */
export function finished(
  flight: Flight,
  body: Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string>,
): Response {
  flight.bodies.sent(body)
  const response = new Response(body, { headers: { ...headers, ...flight.headers() } })
  if (flight.leaving.aborted) flight.finish(499, clientGone())
  else flight.finish(200)
  return response
}
