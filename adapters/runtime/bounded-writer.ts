/** Text on its way to a reader who may be slow, or never read at all. */
export interface BoundedWriter {
  /** Never waits, never throws. A text that finds too much waiting is dropped, and counted. */
  write(text: string): void
  /** Settles when all that was taken is written, or the reader is gone; never rejects. */
  flushed(): Promise<void>
}

export interface BoundedWriterOptions {
  /** Writes a whole text; rejects where nobody reads any more, as in `geminate help | head -1`. */
  send(text: string): Promise<unknown>
  /** What to say before the next text that goes through, where some were dropped. */
  lossNotice(texts: number): string
  /** Characters that may wait; a million. */
  readonly capacity?: number
}

/** A writer that sends one text at a time; what comes meanwhile goes out together. */
export function createBoundedWriter(options: BoundedWriterOptions): BoundedWriter {
  const { send, lossNotice, capacity = 1_000_000 } = options
  let waiting = ''
  let sending: Promise<void> | undefined
  let dropped = 0
  let isGone = false

  function write(text: string): void {
    if (isGone || text === '') return
    // Whatever its length, a text that need not wait is none too many.
    if (waiting !== '' && waiting.length + text.length > capacity) {
      dropped++
      return
    }
    waiting += noticeOfLoss() + text
    sending ??= sendAll()
  }

  function noticeOfLoss(): string {
    const notice = dropped === 0 ? '' : lossNotice(dropped)
    dropped = 0
    return notice
  }

  async function sendAll(): Promise<void> {
    while (waiting !== '' && !isGone) {
      const text = waiting
      waiting = ''
      await send(text).catch(toLoss)
    }
    sending = undefined
  }

  /** Where the reader is gone all is in vain; a full disk may have room again for the next text. */
  function toLoss(thrown: unknown): void {
    const { code, name } = thrown as { code?: string; name?: string }
    if (code === 'EPIPE' || name === 'BrokenPipe') isGone = true
    else dropped++
  }

  return {
    write,
    flushed: async () => {
      await sending
      if (!isGone && dropped > 0) await send(noticeOfLoss()).catch(() => {})
    },
  }
}
