/** A place that keeps pictures and gives each an address that anybody may open. */
export interface ImageBed {
  /**
   * Keeps `bytes`, which it does not change, and resolves to their `https:` or `http:` address. `mime` such as
   * `image/png`; `name` is a hint for people, so that two pictures of one name stay two. Throws where it cannot
   * keep them.
   */
  put(bytes: Uint8Array, mime: string, name: string): Promise<string>
}
