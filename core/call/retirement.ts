import { GatewayError, isGatewayError } from '../errors.ts'
import { traitsOf } from '../models.ts'
import type { KeyLoop } from './key-loop.ts'

/** A key loop that says of a model that is not there any more when it ended, and which one to ask instead. */
export function withRetirement(keyLoop: KeyLoop): KeyLoop {
  return {
    run: (request, trace, leaving, read) =>
      keyLoop.run(request, trace, leaving, read).catch((refused) => {
        throw isGone(refused) ? withSuccessor(refused, request.model ?? '') : refused
      }),
  }
}

function isGone(refused: unknown): refused is GatewayError {
  return isGatewayError(refused) && (refused.kind === 'no_available_keys' || refused.status === 404)
}

/** Google's own answer, which native clients get, stays beside it. */
function withSuccessor(refused: GatewayError, model: string): GatewayError {
  const { shutdown, successor } = traitsOf(model)
  if (shutdown === undefined && successor === undefined) return refused
  const end = shutdown === undefined ? 'has a successor' : `ends on ${shutdown}`
  const instead = successor === undefined ? '' : `; ask for ${successor} instead`
  return new GatewayError(refused.kind, `${refused.message} (${model} ${end}${instead})`, {
    ...(refused.upstream && { upstream: refused.upstream }),
    ...(refused.facts && { facts: refused.facts }),
  })
}
