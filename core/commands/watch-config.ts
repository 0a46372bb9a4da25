import type { Files } from '../runtime.ts'

const EVERY_MILLISECONDS = 1_000

/**
 * Calls `changed` once the text of a file is another than before and has been the same for a second, so that a file is
 * not read while it is written; one that is gone is no change. By looking every second, not by the system's
 * notices: those miss files that are replaced, linked or mounted.
 */
export function watchConfig(files: Pick<Files, 'read'>, path: string, changed: () => void) {
  let known: string | undefined
  let seen: string | undefined
  let isLooking = false

  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    const text = await files.read(path).catch(() => undefined)
    isLooking = false
    if (text === undefined) return
    known ??= text
    if (text === seen && text !== known) {
      known = text
      changed()
    }
    seen = text
  }

  look()
  const timer = setInterval(look, EVERY_MILLISECONDS)
  return { close: () => clearInterval(timer) }
}
