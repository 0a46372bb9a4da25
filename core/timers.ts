/** Runs something once, so many milliseconds later, unless it is cancelled. */
export function later(run: () => void, milliseconds: number) {
  const timer = setTimeout(run, milliseconds)
  return { cancel: () => clearTimeout(timer) }
}

/** Settles after so many milliseconds, or at once where the signal is aborted. */
export function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    function done() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done, { once: true })
  })
}
