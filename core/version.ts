/** The gateway's version, as in package.json (a test keeps them equal). */
export const VERSION = '0.1.0'

declare const GEMINATE_BUILD: string | undefined

/** What this program was built from, such as `22f980b7c1 of 2026-11-25`; `source` where it was not built. */
export const BUILD = typeof GEMINATE_BUILD === 'string' ? `build ${GEMINATE_BUILD}` : 'source'
