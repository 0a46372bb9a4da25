import { secretsOfProxy } from '../ways/proxy-address.ts'
import { isMap, joinPath } from './schema-shape.ts'
import type { Settings } from './settings.ts'

const HIDDEN = '***'
const WHOLE = /^(keys|clients)(\[\d+\](\.weight|\.tags.*)?)?$/
const SECRET_NAME =
  /(token|secret|password|passwd|passphrase|key|credential|proxy|proxie|authorization|auth)s?$/i
const HEADER = /headers(\.|\[|$)/i

/** Whether the text of a setting must not be shown, by where it stands: keys, tokens, passwords, headers. */
export function isSecretSetting(path: string): boolean {
  if (WHOLE.test(path) || HEADER.test(path)) return true
  const [first = '', ...names] = path.split('.').map((name) => name.replace(/(\[\d+\])+$/, ''))
  if (first === 'proxies') return names[0] === 'urls' || names[0] === 'byTag'
  if (names[0] === 'trustedProxies') return false
  return [first === 'keys' || first === 'clients' ? '' : first, ...names].some((name) =>
    SECRET_NAME.test(name),
  )
}

/** A setting's value as it may be shown: secrets as `***`, also inside lists, maps and URLs. */
export function withoutSecrets(path: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withoutSecrets(`${path}[${index}]`, item))
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, withoutSecrets(joinPath(path, name), field)]),
    )
  }
  if (typeof value !== 'string') return value
  return isSecretSetting(path) ? HIDDEN : withoutUrlSecrets(value)
}

const USER_INFO = /(:\/\/)([^/\s:@]*:)?([^/\s]*)@/g
const QUERY_VALUE = /([?&][^=&#\s]*(?:key|token|secret|password|auth)=)([^&#\s]+)/gi

function withoutUrlSecrets(text: string): string {
  return text.replace(USER_INFO, `$1$2${HIDDEN}@`).replace(QUERY_VALUE, `$1${HIDDEN}`)
}

/** A text that must not get out, and what to write in its place. */
export interface LabelledSecret {
  readonly text: string
  readonly label: string
}

/** Shorter texts of free names are words more often than secrets; taking them out would tear up innocent text. */
const SHORTEST_FREE = 8

/** Every secret among the settings but the keys, of which the key ring tells. */
export function secretsIn(settings: Settings): LabelledSecret[] {
  const { server, clients, upstream, storage, plugins, proxies, keys } = settings
  const { gemini, vertex } = upstream
  const headers = [gemini, vertex].flatMap((service) =>
    Object.entries(service.headers).map(([name, text]) => ({ text, label: `header ${name}` })),
  )
  const options = Object.entries(plugins).flatMap(([name, value]) => [
    ...secretsBelow('options', value, `plugins.${name}`),
  ])
  return [
    ...(server.adminToken === undefined ? [] : [{ text: server.adminToken.trim(), label: 'admin token' }]),
    ...clients.map(({ name, token }) => ({ text: token.trim(), label: `token of ${name}` })),
    ...secretsOfUrl(gemini.baseUrl, 'upstream.gemini.baseUrl'),
    ...secretsOfUrl(vertex.baseUrl, 'upstream.vertex.baseUrl'),
    ...secretsOfUrl(storage.url, 'storage.url'),
    ...[
      ...proxies.urls,
      ...Object.values(proxies.byTag).flat(),
      ...keys.flatMap((key) => (typeof key === 'string' ? [] : (key.proxy ?? []))),
    ].flatMap((url) => secretsOfProxy(url).map((text) => ({ text, label: 'proxy credentials' }))),
    ...[...headers, ...options].filter(({ text }) => text.length >= SHORTEST_FREE),
  ]
}

/** `path` begins with `options`, not with the plugin's name, which says nothing of them: `./token.ts`. */
function* secretsBelow(path: string, value: unknown, plugin: string): Generator<LabelledSecret> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* secretsBelow(`${path}[${index}]`, item, plugin)
  } else if (isMap(value)) {
    for (const [name, field] of Object.entries(value))
      yield* secretsBelow(joinPath(path, name), field, plugin)
  } else if (typeof value === 'string') {
    const label = plugin + path.slice('options'.length)
    if (isSecretSetting(path)) yield { text: value, label }
    else yield* secretsOfUrl(value, label)
  }
}

function secretsOfUrl(url: string, label: string): LabelledSecret[] {
  const found = [
    ...[...url.matchAll(USER_INFO)].map((match) => match[3] ?? ''),
    ...[...url.matchAll(QUERY_VALUE)].map((match) => match[2] ?? ''),
  ]
  return [...new Set(found.flatMap((text) => [text, decoded(text)]))]
    .filter(Boolean)
    .map((text) => ({ text, label }))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
