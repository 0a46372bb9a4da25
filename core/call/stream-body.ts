/** Where a stream's bytes come from: the next text or bytes, or undefined at the end. Never rejects. */
export interface StreamSource {
  next(): Promise<Uint8Array | string | undefined>
  /** The client has left, or the stream was cancelled. */
  cancel(): void
}

export interface StreamBodyOptions {
  readonly source: StreamSource
  /** Sent at once, before the source has anything; undefined sends nothing. */
  readonly first: string | undefined
  readonly heartbeat: () => string
  readonly heartbeatMilliseconds: number
}

/** A response body that is pulled as fast as the client reads, and kept alive while its source is silent. */
export function createStreamBody(options: StreamBodyOptions): ReadableStream<Uint8Array> {
  const { source, heartbeatMilliseconds } = options
  let sentAt = performance.now()
  let timer: ReturnType<typeof setTimeout> | undefined

  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (options.first !== undefined) send(controller, options.first)
      timer = setTimeout(() => beat(controller), heartbeatMilliseconds)
    },
    async pull(controller) {
      // A pull that enqueues nothing is not asked again, so go on until there is something.
      let piece = await source.next()
      while (piece?.length === 0) piece = await source.next()
      if (piece !== undefined) return send(controller, piece)
      clearTimeout(timer)
      controller.close()
    },
    cancel() {
      clearTimeout(timer)
      source.cancel()
    },
  })

  function send(controller: ReadableStreamDefaultController<Uint8Array>, piece: Uint8Array | string) {
    const bytes = typeof piece === 'string' ? ENCODER.encode(piece) : piece
    if (bytes.length > 0) controller.enqueue(bytes)
    sentAt = performance.now()
  }

  /** One timer that looks again where something was sent in the meantime. */
  function beat(controller: ReadableStreamDefaultController<Uint8Array>) {
    const silence = performance.now() - sentAt
    const due = silence >= heartbeatMilliseconds - 1
    // A client that does not read needs no sign of life, and must not be sent a pile of them.
    if (due && (controller.desiredSize ?? 0) > 0) send(controller, options.heartbeat())
    timer = setTimeout(() => beat(controller), due ? heartbeatMilliseconds : heartbeatMilliseconds - silence)
  }
}

const ENCODER = new TextEncoder()
