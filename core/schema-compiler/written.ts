import type { JsonObject } from './json-object.ts'

/** What one family of keywords becomes: keywords of the target, and sentences for what the target lacks. */
export interface Written {
  readonly keywords: JsonObject
  readonly sentences: readonly string[]
}

/** `json` is `parametersJsonSchema` and `responseJsonSchema`; `openapi` is `parameters` and `responseSchema`. */
export type Dialect = 'json' | 'openapi'

/** Leaves out the keywords that are undefined. */
export function definedOnly(keywords: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(keywords).filter(([, value]) => value !== undefined))
}
