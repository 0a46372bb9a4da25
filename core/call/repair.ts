import { type GatewayError, isGatewayError } from '../errors.ts'
import type { KeyLoop } from './key-loop.ts'
import type { RepairedBody, UpstreamRequest } from './upstream.ts'

/** So many things of a request may be refused one after the other. */
const MOST_REPAIRS = 3

/**
 * A key loop that sends a call again in another form where Google refused it as malformed and the request knows a
 * form that may do. The last refusal is the answer where none does.
 */
export function withRepair(keyLoop: KeyLoop): KeyLoop {
  return {
    async run(request, trace, leaving, read) {
      let repaired: RepairedBody | undefined
      for (let repairs = 0; ; repairs++) {
        try {
          const answer = await keyLoop.run(withBody(request, repaired), trace, leaving, read)
          repaired?.worked()
          return answer
        } catch (refused) {
          repaired = leaving.aborted || repairs === MOST_REPAIRS ? undefined : repairOf(request, refused)
          if (!repaired) throw refused
          trace.notes.push(...repaired.notes.filter((note) => !trace.notes.includes(note)))
        }
      }
    },
  }
}

function withBody(request: UpstreamRequest, repaired: RepairedBody | undefined): UpstreamRequest {
  return repaired ? { ...request, body: () => repaired.body } : request
}

function repairOf({ repair }: UpstreamRequest, refused: unknown): RepairedBody | undefined {
  return isMalformed(refused) ? repair?.(toText(refused)) : undefined
}

function isMalformed(refused: unknown): refused is GatewayError {
  return isGatewayError(refused) && refused.kind === 'upstream_refused' && refused.status === 400
}

/** Google tells which field it means in the message, or only in its details. */
function toText({ message, upstream }: GatewayError): string {
  const details = upstream?.error?.details
  return details ? `${message}\n${JSON.stringify(details)}` : message
}
