/**
 * An error of listening whose `code` is one of Node's (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, …) on
 * every runtime.
 */
export function toListenError(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return new Error(String(thrown))
  const code = 'code' in thrown ? thrown.code : CODE_OF_NAME[thrown.name]
  return Object.assign(new Error(thrown.message, { cause: thrown }), { code })
}

const CODE_OF_NAME: Record<string, string> = {
  AddrInUse: 'EADDRINUSE',
  AddrNotAvailable: 'EADDRNOTAVAIL',
  PermissionDenied: 'EACCES',
}

/** Settles when `done` does or after so many seconds, whichever is first; true when `done` was first. */
export async function withinSeconds(seconds: number, done: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), seconds * 1000)
  })
  try {
    return await Promise.race([done.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
