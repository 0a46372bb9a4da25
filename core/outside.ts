/**
 * The way to hosts outside, for one who must know where a request goes before it does: names are resolved apart
 * from sending, and what is sent goes to an address that was looked at, whatever the name means by then.
 */
export interface Outside {
  /** Every address that a name has now. Rejects where it has none. */
  resolve(name: string): Promise<readonly string[]>
  /**
   * Sends one request to the first of `addresses` that can be reached, and asks nobody else where `url` is. Any
   * status is an answer; redirects are not followed, and the body comes as it is, compressed or not.
   */
  send(url: URL, addresses: readonly string[], request: OutsideRequest): Promise<Response>
}

export interface OutsideRequest {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: Uint8Array | string
  /** Aborting closes the connection at once, before and after the headers. */
  readonly signal: AbortSignal
}
