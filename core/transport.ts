/** One way out to Google. Rejects when no answer came; any HTTP status is an answer. */
export interface Transport {
  fetch(url: string, init: TransportRequest): Promise<Response>
}

export interface TransportRequest {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: Uint8Array | string
  /** Aborting closes the connection at once, before and after the headers. */
  readonly signal: AbortSignal
}
