import { GatewayError, type UpstreamError } from '../errors.ts'
import { type Fault, ruleOf } from '../fault.ts'

/** What a client is told when a fault ends its call: Google's own answer where there is one, else ours. */
export function toRefusal(fault: Fault): GatewayError {
  const ours = OURS[fault.kind]
  if (ours) return ours(fault)
  if (fault.error && fault.status >= 400) {
    return new GatewayError('upstream_refused', fault.error.message ?? fault.reason, {
      upstream: toUpstreamError(fault),
      retryAfterSeconds: toSeconds(fault.retryAfterMilliseconds),
    })
  }
  if (ruleOf(fault).charge === 'client' || fault.kind === 'refused') {
    return new GatewayError('upstream_refused', `Google answered ${fault.status} without saying why`, {
      upstream: { status: fault.status },
    })
  }
  return new GatewayError('bad_upstream', fault.reason)
}

/** Faults that Google does not describe in words for a client. */
const OURS: Partial<Record<Fault['kind'], (fault: Fault) => GatewayError>> = {
  empty: () =>
    new GatewayError('bad_upstream', 'Google ended the generation without any content, several times'),
  malformed_call: () =>
    new GatewayError('bad_upstream', 'The model wrote a function call that cannot be read, several times'),
  credentials_rejected: (fault) =>
    new GatewayError(
      'internal',
      `Google did not accept how the gateway sent its credential: ${fault.reason}`,
    ),
  model_timeout: (fault) =>
    fault.error ? refused(fault) : new GatewayError('upstream_timeout', 'Google sent nothing for too long'),
}

function refused(fault: Fault): GatewayError {
  return new GatewayError('upstream_refused', fault.error?.message ?? fault.reason, {
    upstream: toUpstreamError(fault),
  })
}

/** Debugging details can hold keys and inner paths of Google's; a client gets all the others. */
function toUpstreamError({ status, error }: Fault): UpstreamError {
  if (!error?.details) return { status, error }
  const details = error.details.filter((detail) => !String(detail['@type']).endsWith('google.rpc.DebugInfo'))
  const { details: _, ...rest } = error
  return { status, error: details.length > 0 ? { ...rest, details } : rest }
}

function toSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.max(1, Math.ceil(milliseconds / 1000))
}
