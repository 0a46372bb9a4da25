import type { UpstreamName } from '../keys.ts'
import { problemsOfBaseUrl } from './check-base-url.ts'
import { checkHeaders } from './check-headers.ts'
import { checkKeys } from './check-keys.ts'
import { problemsOfProxies } from './check-proxies.ts'
import { problemsOfVertexModels } from './check-vertex-models.ts'
import { problemsOfWayIn } from './check-way-in.ts'
import type { Settings } from './settings.ts'

/** Settings as they are to be used, and what is to be said of them. No secret is in a sentence. */
export interface CheckedSettings {
  readonly settings: Settings
  /** Where each of the keys stands in its list, before doubles were taken out. */
  readonly keyIndexes: readonly number[]
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

/** Checks what no schema can say. `where` turns a setting's path into `in FILE` or `from VARIABLE`. */
export function checkMeaning(settings: Settings, where: (path: string) => string): CheckedSettings {
  const keys = checkKeys(settings.keys, where('keys'))
  const gemini = checkUpstream(settings, 'gemini', where)
  const vertex = checkUpstream(settings, 'vertex', where)
  return {
    settings: {
      ...settings,
      keys: keys.keys,
      upstream: { ...settings.upstream, gemini: gemini.checked, vertex: vertex.checked },
    },
    keyIndexes: keys.indexes,
    problems: [
      ...gemini.problems,
      ...vertex.problems,
      ...problemsOfVertexModels(vertex.checked, where),
      ...problemsOfNames(settings.clients, where('clients')),
      ...keys.problems,
      ...problemsOfProxies(settings, where),
      ...problemsOfWayIn(settings.server, where),
    ],
    warnings: [
      ...warningsOfSizes(settings.server, where),
      ...warningsOfKept(settings, where('files.keepBytes')),
      ...keys.warnings,
    ],
  }
}

/** The settings of one service, the names of its headers in lower case, and what is wrong with them. */
function checkUpstream<Name extends UpstreamName>(
  { upstream }: Settings,
  name: Name,
  where: (path: string) => string,
): { readonly checked: Settings['upstream'][Name]; readonly problems: readonly string[] } {
  const { baseUrl, headers: stated } = upstream[name]
  const { headers, problems } = checkHeaders(stated, name, where(`upstream.${name}.headers`))
  return {
    checked: { ...upstream[name], headers },
    problems: [...problemsOfBaseUrl(baseUrl, name, where(`upstream.${name}.baseUrl`)), ...problems],
  }
}

function problemsOfNames(clients: Settings['clients'], where: string): string[] {
  return clients.flatMap(({ name }, index) => {
    const first = clients.findIndex((client) => client.name === name)
    if (first === index) return []
    return [`Settings "clients[${first}]" and "clients[${index}]" ${where} have the same name`]
  })
}

function warningsOfKept({ files, storage }: Settings, where: string): string[] {
  if (!files.keepBytes || storage.url !== 'sqlite::memory:') return []
  return [
    `Setting "files.keepBytes" ${where} does nothing where "storage.url" names no file to keep them beside`,
  ]
}

function warningsOfSizes(server: Settings['server'], where: (path: string) => string): string[] {
  const { maxBodyMegabytes: body, maxBufferedMegabytes: buffered } = server
  if (body <= buffered) return []
  return [
    `Setting "server.maxBodyMegabytes" ${where('server.maxBodyMegabytes')} is ${body}, but no body above ` +
      `"server.maxBufferedMegabytes", which is ${buffered}, can be taken`,
  ]
}
