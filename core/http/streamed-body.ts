import { type GatewayError, isGatewayError } from '../errors.ts'
import type { SilenceWatch } from './silence-watch.ts'
import { brokenOff, withinSilence } from './within-silence.ts'

/** A request body that passes through and is never held: it can be sent once. */
export interface StreamedBody {
  /** Whether some of it was taken already. */
  readonly isBegun: boolean
  /** What went wrong with it on the client's side. */
  readonly failure: GatewayError | undefined
  /** Its bytes as they come; `moved` is called for each piece. Another one may take over until some was taken. */
  stream(moved: () => void): ReadableStream<Uint8Array>
}

export interface StreamedBodyOptions {
  /** Sees each piece before it goes on; what it returns, if anything, is waited for. */
  take?(piece: Uint8Array): Promise<void> | undefined
  /** Called when the client broke off or fell silent. */
  failed(): void
  /** Ends a body amid which the client falls silent. */
  readonly silence: SilenceWatch
}

/** The body of a request as a stream that is read no faster than it is taken. */
export function streamedBody(request: Request, options: StreamedBodyOptions): StreamedBody {
  const { failed, silence } = options
  const reader = request.body?.getReader()
  let isBegun = false
  let streams = 0
  let failure: GatewayError | undefined

  async function next(): Promise<Uint8Array | undefined> {
    if (reader === undefined) return undefined
    return (await withinSilence(reader.read(), silence)).value
  }

  function fail(cause: unknown): GatewayError {
    failure ??= isGatewayError(cause) ? cause : brokenOff(cause)
    failed()
    return failure
  }

  return {
    get isBegun() {
      return isBegun
    },
    get failure() {
      return failure
    },
    stream(moved) {
      const number = ++streams
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            if (number !== streams) return controller.close()
            isBegun = true
            try {
              const piece = await next()
              if (piece === undefined) return controller.close()
              moved()
              const waiting = options.take?.(piece)
              if (waiting) await waiting
              controller.enqueue(piece)
            } catch (thrown) {
              controller.error(fail(thrown))
            }
          },
          cancel: (reason) => (isBegun ? reader?.cancel(reason) : undefined),
        },
        { highWaterMark: 0 },
      )
    },
  }
}
