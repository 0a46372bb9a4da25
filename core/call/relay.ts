import { GatewayError } from '../errors.ts'
import { toClientHeaders } from '../http/passed-headers.ts'
import type { Redactor } from '../log/redactor.ts'
import type { NativeTarget } from '../plugin.ts'
import type { Flight } from './flight.ts'
import type { KeyLoop } from './key-loop.ts'
import { clientGone } from './refusal.ts'
import type { Answer, UpstreamRequest } from './upstream.ts'
import { readShortReply } from './whole-reply.ts'

interface RelayOptions {
  readonly keyLoop: KeyLoop
  readonly redactor: Redactor
}

/**
 * Answers with whatever Google answers, unread. A short answer is read whole first, so that a broken
 * connection still moves to another key; any other passes as it comes.
 */
export async function answerRelayed(
  flight: Flight,
  upstream: UpstreamRequest,
  target: NativeTarget,
  { keyLoop, redactor }: RelayOptions,
): Promise<Response> {
  if (!target.short) {
    flight.outliveAnswer()
    const read = async (value: Answer) => ({ ok: true, value }) as const
    return passOn(flight, await keyLoop.run(upstream, flight.trace, flight.leaving, read))
  }
  const { bytes, headers, status } = await keyLoop.run(upstream, flight.trace, flight.leaving, (answer) =>
    readShortReply(answer, redactor),
  )
  flight.bodies.sent(bytes)
  flight.finish(status)
  return new Response(bytes, { status, headers: { ...toClientHeaders(headers), ...flight.headers() } })
}

/** An answer as it comes; `begun` is what was read of it already. */
export function passOn(flight: Flight, answer: Answer, begun?: Uint8Array): Response {
  const headers = { ...toClientHeaders(answer.headers), ...flight.headers() }
  flight.release()
  if (BODILESS.has(answer.status)) {
    answer.end()
    answer.end()
    flight.finish(answer.status)
    return new Response(null, { status: answer.status, headers })
  }
  return new Response(toBody(flight, answer, begun), { status: answer.status, headers })
}

function toBody(flight: Flight, answer: Answer, begun?: Uint8Array): ReadableStream<Uint8Array> {
  let first = begun?.length ? begun : undefined
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const bytes = first ?? (await answer.read())
        first = undefined
        if (bytes) {
          flight.bodies.sent(bytes)
          return controller.enqueue(bytes)
        }
        flight.finish(answer.status)
        controller.close()
      } catch (thrown) {
        const error = flight.leaving.aborted
          ? clientGone()
          : new GatewayError('bad_upstream', BROKEN_OFF, { cause: thrown })
        flight.finish(flight.leaving.aborted ? error.status : answer.status, error)
        controller.error(error)
      }
    },
    cancel() {
      flight.leave()
      flight.finish(499, clientGone())
    },
  })
}

const BROKEN_OFF = 'Google broke the answer off before its end'
const BODILESS = new Set([204, 205, 304])
