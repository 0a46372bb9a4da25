/** One way out to Google. Rejects when no answer came; any HTTP status is an answer. */
export interface Transport {
  fetch(url: string, init: TransportRequest): Promise<Response>
}

export interface TransportRequest {
  readonly method: string
  readonly headers: Record<string, string>
  /** A stream is sent as it comes, once, with the length that the headers state or in chunks. */
  readonly body?: Uint8Array | string | ReadableStream<Uint8Array> | undefined
  /** Aborting closes the connection at once, before and after the headers. */
  readonly signal: AbortSignal
}
