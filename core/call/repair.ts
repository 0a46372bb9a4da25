import { type GatewayError, isGatewayError } from '../errors.ts'
import type { KeyLoop } from './key-loop.ts'
import type { UpstreamRequest } from './upstream.ts'

/**
 * A key loop that sends a call once more in another form where Google refused it as malformed and the request
 * knows a form that may do. Another refusal is the answer then.
 */
export function withRepair(keyLoop: KeyLoop): KeyLoop {
  return {
    async run(request, trace, leaving, read) {
      try {
        return await keyLoop.run(request, trace, leaving, read)
      } catch (refused) {
        const repaired = leaving.aborted ? undefined : repairedRequest(request, refused)
        if (!repaired) throw refused
        trace.notes.push(...repaired.notes)
        return await keyLoop.run(repaired.request, trace, leaving, read)
      }
    },
  }
}

function repairedRequest(
  { repair, ...request }: UpstreamRequest,
  refused: unknown,
): { readonly request: UpstreamRequest; readonly notes: readonly string[] } | undefined {
  if (!repair || request.model === undefined || !isMalformed(refused)) return undefined
  const repaired = repair(toText(refused), request.model)
  return repaired && { request: { ...request, body: () => repaired.body }, notes: repaired.notes }
}

function isMalformed(refused: unknown): refused is GatewayError {
  return isGatewayError(refused) && refused.kind === 'upstream_refused' && refused.status === 400
}

/** Google tells which field it means in the message, or only in its details. */
function toText({ message, upstream }: GatewayError): string {
  const details = upstream?.error?.details
  return details ? `${message}\n${JSON.stringify(details)}` : message
}
