import { refuse } from '../../core/codec/request-values.ts'

/** The header that names it. */
const HEADER = 'anthropic-version'

/** The first whose streams are what they are today; before it they were others. */
const FIRST = '2023-06-01'

/**
 * Refuses what is no version of Anthropic's API, or an older one than is served. None at all is taken, and one that is
 * newer than we know: https://docs.anthropic.com/en/api/versioning
 */
export function refuseOddVersion({ headers }: Request): void {
  const stated = headers.get(HEADER) ?? ''
  const versions = stated.split(',').map((version) => version.trim()) // a proxy may have said it again
  if (stated.trim() === '' || versions.every((version) => DATE.test(version) && version >= FIRST)) return
  refuse('invalid_value', HEADER, `'${HEADER}' must be '2023-06-01' or '2026-10-21'`)
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
