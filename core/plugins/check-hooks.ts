import { isRecord } from '../codec/request-values.ts'
import type { Hooks } from '../plugin.ts'
import { didYouMean, nearestName } from '../settings/nearest-name.ts'

/** What a hook must be, in words and as a question. */
type Kind = readonly [what: string, fits: (value: unknown) => boolean]

const FUNCTION: Kind = ['a function', isFunction]
const FUNCTIONS: Kind = ['an object of functions', isFunctions]

const KINDS = {
  routes: FUNCTION,
  protocol: ['a protocol: its name, claims, and a codec of four functions', isProtocol],
  speaks: ['the name of a protocol', (value) => typeof value === 'string'],
  sockets: ['an object of paths, as "/talk", and functions', isSockets],
  authorize: FUNCTION,
  when: FUNCTION,
  request: FUNCTION,
  reply: FUNCTION,
  chunk: FUNCTION,
  stream: FUNCTION,
  finished: FUNCTION,
  error: FUNCTION,
  models: FUNCTION,
  suffixes: FUNCTIONS,
  modelOf: FUNCTION,
  strategies: FUNCTIONS,
  imageBeds: FUNCTIONS,
  stop: FUNCTION,
} satisfies Record<keyof Hooks, Kind>

/** What a set-up returned, as hooks. Throws a TypeError for what can be none, so that none waits in vain. */
export function checkHooks(returned: unknown): Hooks {
  if (!isRecord(returned)) throw new TypeError('its set-up returned no hooks')
  const kinds = new Map<string, Kind>(Object.entries(KINDS))
  for (const [name, hook] of Object.entries(returned)) {
    const kind = kinds.get(name)
    if (!kind)
      throw new TypeError(`there is no hook "${name}"${didYouMean(nearestName(name, [...kinds.keys()]))}`)
    const [what, fits] = kind
    if (hook !== undefined && !fits(hook)) throw new TypeError(`its "${name}" must be ${what}`)
  }
  refuseBareSuffix(returned)
  return returned
}

/** One that is nothing would be taken off a name for ever. */
function refuseBareSuffix({ suffixes = {} }: Hooks): void {
  const bare = Object.keys(suffixes).find((suffix) => !/^-./.test(suffix))
  if (bare !== undefined) throw new TypeError(`its suffix "${bare}" must begin with a hyphen, as "-fast"`)
}

function isProtocol(value: unknown): boolean {
  if (!isRecord(value) || typeof value.name !== 'string' || !isRecord(value.codec)) return false
  const { decode, encode, encodeStream, encodeError } = value.codec
  return [value.claims, decode, encode, encodeStream, encodeError].every(isFunction)
}

function isSockets(value: unknown): boolean {
  return isFunctions(value) && Object.keys(value).every((path) => path.startsWith('/'))
}

function isFunctions(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && Object.values(value).every(isFunction)
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
