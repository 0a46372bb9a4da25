import type { Call } from '../plugin.ts'
import type { StreamOptions } from './answer-stream.ts'

/** A client that waits for a whole answer is given signs of life as the call asks for, or more often. */
export function withRhythm(options: StreamOptions, { whole }: Call): StreamOptions {
  if (!whole) return options
  const milliseconds = whole.heartbeatSeconds * 1000
  return {
    ...options,
    commitMilliseconds: Math.min(options.commitMilliseconds, milliseconds),
    heartbeatMilliseconds: Math.min(options.heartbeatMilliseconds, milliseconds),
  }
}
