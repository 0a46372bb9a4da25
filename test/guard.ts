import assert from 'node:assert/strict'
import { createOutside } from '../adapters/transport/outside.ts'
import { createGuardedFetch, type GuardOptions } from '../core/fetch/create-guarded-fetch.ts'
import { FetchError, type FetchProblem } from '../core/guarded-fetch.ts'
import { createByteBudget } from '../core/http/byte-budget.ts'

export const MEGABYTE = 1_048_576

/** A guard with the real way outside, unless a test says otherwise. */
export function guard(options: Partial<GuardOptions> = {}) {
  return createGuardedFetch({
    outside: createOutside(),
    http: true,
    allowHosts: [],
    maxBytes: MEGABYTE,
    timeoutMilliseconds: 2_000,
    budget: createByteBudget(16 * MEGABYTE),
    ...options,
  })
}

/** Why a fetch gave nothing; throws where it gave something, or failed in another way. */
export async function problemOf(promise: Promise<unknown>): Promise<FetchProblem> {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  )
  assert.ok(error instanceof FetchError, String(error))
  return error.problem
}
