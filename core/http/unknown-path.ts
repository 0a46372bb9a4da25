import { GatewayError } from '../errors.ts'
import { nearestName } from '../settings/nearest-name.ts'

/** The error for a path that nothing is served at; it names the path among the routes that is most like it. */
export function unknownPath(path: string, routes: readonly { readonly path: string }[]): GatewayError {
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
