import type { Settings } from './settings.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The settings with the proxy that the environment names, where `proxies.fromEnvironment` asks for it. */
export function withEnvironmentProxies(settings: Settings, environment: Environment): Settings {
  const { proxies, upstream } = settings
  if (!proxies.fromEnvironment) return settings
  const scheme = upstream.gemini.baseUrl.startsWith('https:') ? 'https' : 'http'
  const named = textOf(`${scheme}_proxy`, environment) ?? textOf('all_proxy', environment)
  if (named === undefined) return settings
  // As everyone reads these variables: without a scheme it is an HTTP proxy.
  const url = named.includes('://') ? named : `http://${named}`
  return { ...settings, proxies: { ...proxies, urls: [...proxies.urls, url] } }
}

function textOf(name: string, environment: Environment): string | undefined {
  const value = environment[name]?.trim() || environment[name.toUpperCase()]?.trim()
  return value || undefined
}
