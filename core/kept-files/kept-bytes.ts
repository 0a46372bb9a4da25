/** A file's bytes on their way out: read once, from the beginning. */
export interface OpenBytes {
  /** Whether somebody has begun to take them. */
  readonly isSpent: boolean
  /** Why they could not be read to their end. */
  readonly failure: unknown
  /** They flow no faster than they are taken; `moved` is called for each piece. */
  stream(moved: () => void): ReadableStream<Uint8Array>
  /** Closes the file where it was not read to its end. */
  close(): void
}

/** Waits for the first bytes, so that a file which cannot be read fails here. */
export async function openBytes(bytes: ReadableStream<Uint8Array>): Promise<OpenBytes> {
  const reader = bytes.getReader()
  let next: Promise<{ readonly value?: Uint8Array | undefined }> = Promise.resolve(await reader.read())
  let isSpent = false
  let failure: unknown
  return {
    get failure() {
      return failure
    },
    get isSpent() {
      return isSpent
    },
    stream(moved) {
      isSpent = true
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const { value } = await next
            if (value === undefined) return controller.close()
            next = reader.read()
            next.catch((thrown) => {
              failure = thrown // thrown when it is its turn
            })
            moved()
            controller.enqueue(value)
          },
          cancel: (reason) => reader.cancel(reason),
        },
        { highWaterMark: 0 },
      )
    },
    close: () => void reader.cancel().catch(() => {}),
  }
}
