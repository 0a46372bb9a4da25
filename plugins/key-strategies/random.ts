import type { KeyStrategy } from '../../core/keys.ts'

/** Any usable key, each as likely as the other. */
export function random(): KeyStrategy {
  return { pick: (usable) => (usable.size === 0 ? undefined : usable.sample()) }
}
