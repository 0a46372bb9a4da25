import { problemOfNetwork } from '../http/address-list.ts'
import type { Settings } from './settings.ts'

/** What is wrong with how the gateway is reached through others. */
export function problemsOfWayIn(
  { publicUrl, basePath, trustedProxies }: Settings['server'],
  where: (path: string) => string,
): string[] {
  const networks = trustedProxies.flatMap((text, index) => {
    const problem = problemOfNetwork(text)
    return problem === undefined
      ? []
      : [`Setting "server.trustedProxies[${index}]" ${where('server.trustedProxies')} ${problem}`]
  })
  return [...networks, ...problemsOfPublicUrl(publicUrl, basePath, where('server.publicUrl'))]
}

function problemsOfPublicUrl(text: string | undefined, basePath: string, where: string): string[] {
  if (text === undefined) return []
  const setting = `Setting "server.publicUrl" ${where}`
  const url = URL.parse(text)
  if (!url || /\s/.test(text))
    return [`${setting} is no address, but must be one such as https://example.com`]
  if (url.username || url.password || /[?#]/.test(text)) {
    return [`${setting} must hold no user, password, query or fragment`]
  }
  if (url.pathname.replace(/\/+$/, '').endsWith(basePath)) return []
  return [`${setting} must end in the prefix that "server.basePath" states`]
}
