import type { Hooks } from '../plugin.ts'
import { didYouMean, nearestName } from '../settings/nearest-name.ts'

const NAMES = Object.keys({
  routes: true,
  protocol: true,
  speaks: true,
  sockets: true,
  authorize: true,
  when: true,
  request: true,
  reply: true,
  chunk: true,
  stream: true,
  finished: true,
  error: true,
  models: true,
  suffixes: true,
  modelOf: true,
  strategies: true,
  imageBeds: true,
  stop: true,
} satisfies Record<keyof Hooks, true>)

/** What a set-up returned, as hooks. Throws a TypeError for what can be none, so that no misspelt one waits in vain. */
export function checkHooks(returned: unknown): Hooks {
  if (typeof returned !== 'object' || returned === null) throw new TypeError('its set-up returned no hooks')
  const odd = Object.keys(returned).find((name) => !NAMES.includes(name))
  if (odd !== undefined)
    throw new TypeError(`there is no hook "${odd}"${didYouMean(nearestName(odd, NAMES))}`)
  refuseBareSuffix(returned)
  return returned
}

/** One that is nothing would be taken off a name for ever. */
function refuseBareSuffix({ suffixes = {} }: Hooks): void {
  const bare = Object.keys(suffixes).find((suffix) => !/^-./.test(suffix))
  if (bare !== undefined) throw new TypeError(`its suffix "${bare}" must begin with a hyphen, as "-fast"`)
}
