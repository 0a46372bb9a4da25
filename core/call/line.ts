import type { SilenceWatch } from '../http/silence-watch.ts'

/** Thrown where no answer came, or it broke off. */
export class ConnectionError extends Error {}

/** Thrown where Google has sent nothing for `upstream.timeoutSeconds`. */
export class SilenceError extends Error {}

/** One attempt's connection: ends when the client leaves, or when Google is silent while we wait for it. */
export interface Line {
  readonly signal: AbortSignal
  /** Rejects with a ConnectionError or a SilenceError where `promise` does. */
  wait<T>(promise: Promise<T>): Promise<T>
  /** Something went out, so that Google's silence begins anew. */
  moved(): void
  /** Stops watching a connection that is through. */
  close(): void
  /** Cuts the connection. */
  end(): void
}

/** Opens a line; `watch` tells it of silence. */
export function createLine(leaving: AbortSignal, watch: SilenceWatch): Line {
  const controller = new AbortController()
  let silent = false

  const end = () => {
    close()
    controller.abort()
  }
  const close = () => {
    watched.end()
    leaving.removeEventListener('abort', end)
  }
  const watched = watch.start(() => {
    silent = true
    end()
  })

  if (leaving.aborted) end()
  else leaving.addEventListener('abort', end, ONCE)

  return {
    signal: controller.signal,
    moved() {
      if (Number.isFinite(watched.since)) watched.since = performance.now()
    },
    close,
    end,
    async wait(promise) {
      watched.since = performance.now()
      try {
        return await promise
      } catch (thrown) {
        close()
        if (silent) throw new SilenceError(`Google was silent for ${watch.milliseconds / 1000} s`)
        const message = thrown instanceof Error ? thrown.message : String(thrown)
        throw new ConnectionError(message, { cause: thrown })
      } finally {
        watched.since = Number.POSITIVE_INFINITY
      }
    },
  }
}

const ONCE = { once: true }
