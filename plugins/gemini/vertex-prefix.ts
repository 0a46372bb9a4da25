/** Vertex AI has a preview version of its own; clients of the Gemini API name theirs. */
const VERSION = /^v1(beta1?|alpha)?$/

/**
 * A path below `/vertex-express` as the Gemini API has it, below `/gemini`; undefined for any other path. Versions may
 * be missing or stand twice, of which the last is meant, and models may be named as Vertex does,
 * `publishers/google/models/…`.
 */
export function fromVertexPath(pathname: string): string | undefined {
  const [prefix, ...rest] = pathname.split('/').filter((segment) => segment !== '')
  if (prefix !== 'vertex-express') return undefined
  const versions: string[] = []
  while (VERSION.test(rest[0] ?? '')) versions.push(rest.shift()!)
  if (isVertexName(rest)) rest.splice(0, 2)
  const version = versions.at(-1)?.replace('v1beta1', 'v1beta')
  return ['', 'gemini', ...(version ? [version] : []), ...rest].join('/')
}

/** Whether a path names models as Vertex does. */
export function hasVertexNames(pathname: string): boolean {
  return /\/publishers\/google\//.test(pathname)
}

function isVertexName([first, second]: readonly string[]): boolean {
  return first === 'publishers' && second === 'google'
}
