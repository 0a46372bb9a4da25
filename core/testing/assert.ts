import strict from 'node:assert/strict'

/** What tests most often claim; each throws where it does not hold. */
export interface Assert {
  (value: unknown, message?: string): asserts value
  ok(value: unknown, message?: string): asserts value
  equal(actual: unknown, expected: unknown, message?: string): void
  notEqual(actual: unknown, expected: unknown, message?: string): void
  deepEqual(actual: unknown, expected: unknown, message?: string): void
  match(text: string, pattern: RegExp, message?: string): void
  doesNotMatch(text: string, pattern: RegExp, message?: string): void
  /** The error fits: its class, a pattern of its words, or what a function says of it. */
  throws(run: () => unknown, error?: ErrorMatch, message?: string): void
  rejects(
    run: Promise<unknown> | (() => Promise<unknown>),
    error?: ErrorMatch,
    message?: string,
  ): Promise<void>
  fail(message?: string): never
}

/** What an error must be. */
export type ErrorMatch = RegExp | object | ((thrown: unknown) => boolean)

/** `node:assert/strict`, in types that need no others. */
export const assert: Assert = strict as Assert
