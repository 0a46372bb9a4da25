import { GatewayError } from '../errors.ts'
import { nearestName } from '../settings/nearest-name.ts'

/** A route, as a router lists it: `ALL` is every method, `:name` any segment, `*` all that follows. */
interface Served {
  readonly method: string
  readonly path: string
}

/**
 * The error for a request that no route takes: `method_not_allowed` where its path is served to other methods, else
 * `not_found`, which names the path among the routes that is most like it.
 */
export function unservedError(method: string, path: string, routes: readonly Served[]): GatewayError {
  const methods = new Set(routes.filter((route) => isAt(path, route.path)).map((route) => route.method))
  if (methods.size > 0)
    return new GatewayError('method_not_allowed', `${path} takes ${[...methods].join(', ')}, not ${method}`)
  const known = routes.map((route) => route.path).filter((each) => !/[:*]|^\/admin/.test(each))
  const nearest = path.length <= LONGEST ? nearestName(path, known) : undefined
  const hint =
    nearest === undefined
      ? "the Gemini API is under /v1beta, /v1 and /gemini, OpenAI's and Anthropic's under /v1"
      : `did you mean ${nearest}?`
  return new GatewayError('not_found', `Nothing is served at ${path}; ${hint}`)
}

/** No path that is served is as long; comparing takes the time of both lengths. */
const LONGEST = 200

function isAt(path: string, route: string): boolean {
  const segments = segmentsOf(path)
  const wanted = segmentsOf(route)
  const fits = (name: string, segment: string) => (name.startsWith(':') ? segment !== '' : name === segment)
  return (
    segments.length === wanted.length && segments.every((segment, index) => fits(wanted[index]!, segment))
  )
}

/** A slash at the end says nothing. */
function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/')
}
