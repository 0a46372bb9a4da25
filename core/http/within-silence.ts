/**
 * Waits for a client's bytes, and rejects after so many milliseconds without any: one that announces a body and sends
 * none must not hold its place for ever.
 */
export async function withinSilence<T>(reading: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The client sent nothing for too long')), milliseconds)
  })
  try {
    return await Promise.race([reading, silence])
  } finally {
    clearTimeout(timer)
  }
}
