import { problemOfProxy } from '../ways/proxy-address.ts'
import type { Settings } from './settings.ts'

type Where = (path: string) => string

/** What is wrong with the proxies, and which keys would have no way out. No address is in a sentence. */
export function problemsOfProxies({ proxies, keys }: Settings, where: Where): string[] {
  const lists = Object.entries(proxies.byTag).map(([tag, urls]) => [`proxies.byTag.${tag}`, urls] as const)
  const wrong = [['proxies.urls', proxies.urls] as const, ...lists].flatMap(([path, urls]) =>
    problemsOfList(path, urls, where),
  )
  return wrong.length > 0
    ? wrong
    : [...problemsOfDirect(proxies, where), ...problemsOfLost(proxies, keys, where)]
}

function problemsOfList(path: string, urls: readonly string[], where: Where): string[] {
  return urls.flatMap((url, index) => {
    const problem = problemOfProxy(url)
    return problem === undefined ? [] : [`Setting "${path}[${index}]" ${where(path)} ${problem}`]
  })
}

/** Whoever lets keys go directly, and names no proxy, may have lost the others. */
function problemsOfDirect({ fromEnvironment, urls }: Settings['proxies'], where: Where): string[] {
  if (!fromEnvironment || urls.length > 0) return []
  return [
    `Setting "proxies.fromEnvironment" ${where('proxies.fromEnvironment')} is on, but none of HTTPS_PROXY, ` +
      'HTTP_PROXY and ALL_PROXY names a proxy',
  ]
}

/** Where there are proxies, a key for which none is named must not go out directly by mistake. */
function problemsOfLost(
  { urls, byTag, direct }: Settings['proxies'],
  keys: Settings['keys'],
  where: Where,
): string[] {
  const own = keys.map((key) => (typeof key === 'string' ? undefined : key.proxy))
  const hasAny = Object.keys(byTag).length > 0 || own.some((proxy) => proxy !== undefined)
  if (direct || urls.length > 0 || !hasAny) return []
  return keys.flatMap((key, index) => {
    const tags = typeof key === 'string' ? [] : (key.tags ?? [])
    if (own[index] !== undefined || tags.some((tag) => Object.hasOwn(byTag, tag))) return []
    return [
      `The key "keys[${index}]" ${where('keys')} has no way out: give it a "proxy", name some in "proxies.urls", ` +
        'or set "proxies.direct" to true',
    ]
  })
}
