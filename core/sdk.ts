/** What a plugin's author imports, as `geminate/sdk`. */
export { Type } from '@sinclair/typebox'
export type * from './canonical.ts'
export { ERROR_KINDS, type ErrorKind, GatewayError } from './errors.ts'
export { FetchError, type FetchProblem, type FetchRequest, type GuardedFetch } from './guarded-fetch.ts'
export type * from './keys.ts'
export type * from './native-calls.ts'
export type * from './plugin.ts'
export { definePlugin, PLUGIN_API } from './plugin.ts'
