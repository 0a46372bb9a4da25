import type { Log } from '../core/log/log.ts'

/** A log that keeps what it is told, for tests. */
export function createKeptLog(): Log & { readonly lines: { fields: object; message: string }[] } {
  const lines: { fields: object; message: string }[] = []
  const keep = (fields: object, message: string) => void lines.push({ fields, message })
  return {
    lines,
    debug: keep,
    info: keep,
    warn: keep,
    error: keep,
    child: () => createKeptLog(),
  }
}
