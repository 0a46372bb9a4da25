/** Which of an upload's bytes one request brings. */
export interface Stretch {
  /** Where they begin; undefined where it brings none. */
  readonly at: number | undefined
  /** How many they are; 0 where nobody says. */
  readonly expected: number
}

/**
 * Reads what a request of an upload says of its body. Newer clients name a command and an offset, older ones a
 * range: https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export function stretchOf(headers: Headers): Stretch {
  const length = headers.get('content-length')
  return { at: beginOf(headers), expected: length !== null && /^\d+$/.test(length) ? Number(length) : 0 }
}

function beginOf(headers: Headers): number | undefined {
  const command = headers.get('x-goog-upload-command')
  if (command !== null) {
    const isBringing = command.split(',').some((word) => word.trim().toLowerCase() === 'upload')
    return isBringing ? Number(headers.get('x-goog-upload-offset') ?? 0) : undefined
  }
  const range = headers.get('content-range')
  if (range === null) return 0
  const begin = /^bytes (\d+)-/.exec(range)?.[1]
  return begin === undefined ? undefined : Number(begin)
}
