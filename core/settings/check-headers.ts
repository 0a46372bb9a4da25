import type { UpstreamName } from '../keys.ts'

/** The headers to add, their names in lower case, and what is wrong with them. */
export interface CheckedHeaders {
  readonly headers: Record<string, string>
  readonly problems: readonly string[]
}

type Headers = Readonly<Record<string, string>>

const OURS = new Set([
  'x-goog-api-key',
  'authorization',
  'cookie',
  'host',
  'content-length',
  'content-type',
  'accept-encoding',
  'connection',
  'transfer-encoding',
])

/** `token` of RFC 9110, section 5.6.2. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What can go over the wire: Latin-1 without line breaks and other control characters. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Checks the `headers` of a service. `where` is `in FILE` or `from VARIABLE`; no value is in a sentence. */
export function checkHeaders(stated: Headers, upstream: UpstreamName, where: string): CheckedHeaders {
  const headers: Record<string, string> = {}
  const problems: string[] = []
  for (const [index, [written, value]] of Object.entries(stated).entries()) {
    const name = written.toLowerCase()
    const problem =
      problemOf(name, value, index) ?? (Object.hasOwn(headers, name) ? 'is stated twice' : undefined)
    // A name that is none may be a secret that lost its place.
    const shown = NAME.test(name) ? name : '…'
    if (problem) problems.push(`Setting "upstream.${upstream}.headers.${shown}" ${where} ${problem}`)
    headers[name] = value
  }
  return { headers, problems }
}

function problemOf(name: string, value: string, index: number): string | undefined {
  if (!NAME.test(name)) return `has a name that no header can have; it is number ${index + 1} of them`
  if (OURS.has(name)) return 'cannot be stated: the gateway sets it itself'
  return VALUE.test(value) ? undefined : 'must be Latin-1 text without line breaks'
}
