import type { GoogleError } from '../errors.ts'

/**
 * Google's error behind the end of a WebSocket, which has no status but a code and some words. Undefined where it says
 * nothing of a failure, or only that the connection is lost.
 */
export function errorOfClose(
  code: number,
  reason: string,
): (Required<Pick<GoogleError, 'status' | 'message'>> & { readonly code: number }) | undefined {
  if (isLost(code) && reason === '') return undefined
  const [, status] = WORDS.find(([words]) => words.test(reason)) ?? [undefined, STATUS_OF[code]]
  if (status === undefined) return undefined
  return { code: CODE_OF[status], status, message: reason }
}

/** Whether a connection that ended so was lost rather than ended by what was said on it. */
export function isLost(code: number): boolean {
  return LOST.has(code)
}

/** Normal, going away, without a code, broken, and a restart. */
const LOST: ReadonlySet<number> = new Set([1000, 1001, 1005, 1006, 1012])

/** Google uses one code for many things; its words tell them apart. */
const WORDS: readonly (readonly [RegExp, Status])[] = [
  [/^API key (not (valid|found)|expired)/i, 'INVALID_ARGUMENT'],
  [/^User location is not supported/i, 'INVALID_ARGUMENT'],
  [
    /\bquota\b|RESOURCE_EXHAUSTED|too many (concurrent )?(sessions|requests)|prepay(ment)? credits/i,
    'RESOURCE_EXHAUSTED',
  ],
  [/\bis not found\b|\bnot supported for bidi|no longer available/i, 'NOT_FOUND'],
  [/unauthenticated|authentication credential/i, 'UNAUTHENTICATED'],
  [/service is currently unavailable|overloaded|high demand/i, 'UNAVAILABLE'],
  [/deadline expired/i, 'DEADLINE_EXCEEDED'],
]

const STATUS_OF: Readonly<Record<number, Status>> = {
  1002: 'INVALID_ARGUMENT',
  1003: 'INVALID_ARGUMENT',
  1007: 'INVALID_ARGUMENT',
  1008: 'PERMISSION_DENIED',
  1009: 'INVALID_ARGUMENT',
  1011: 'INTERNAL',
  1013: 'UNAVAILABLE',
  1014: 'UNAVAILABLE',
}

const CODE_OF = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
} as const

type Status = keyof typeof CODE_OF
