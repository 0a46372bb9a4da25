import type { Files } from '../runtime.ts'

const EVERY_MILLISECONDS = 1_000

/**
 * Calls `changed` once the text of a file is another than before and has been the same for a second, so that a file is
 * not read while it is written; one that comes to be is a change, and one that is gone is none. By looking every second,
 * not by the system's notices: those miss files that are replaced, linked or mounted.
 */
export function watchConfig(
  files: Pick<Files, 'read'>,
  path: string,
  changed: () => void,
  everyMilliseconds = EVERY_MILLISECONDS,
) {
  const before = files.read(path).catch(() => undefined)
  let known: string | undefined
  let seen: string | undefined
  let isLooking = false

  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    known ??= await before
    const text = await files.read(path).catch(() => undefined)
    isLooking = false
    if (text === undefined) return
    if (text === seen && text !== known) {
      known = text
      changed()
    }
    seen = text
  }

  const timer = setInterval(look, everyMilliseconds)
  return { close: () => clearInterval(timer) }
}
