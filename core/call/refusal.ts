import { GatewayError, type UpstreamError } from '../errors.ts'
import { type Fault, ruleOf } from '../fault.ts'
import type { KeyQuery, UpstreamName } from '../keys.ts'
import type { Census } from '../pool/census.ts'
import type { Pool } from '../pool/pool.ts'
import type { Trace } from './trace.ts'

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
  if (fault.kind === 'model_timeout') {
    return new GatewayError('upstream_timeout', 'Google sent nothing for too long')
  }
  if (ruleOf(fault).charge === 'client' || fault.kind === 'refused') {
    return new GatewayError('upstream_refused', `Google answered ${fault.status} without saying why`, {
      upstream: { status: fault.status },
    })
  }
  return new GatewayError('bad_upstream', fault.reason)
}

/** What to look at where no connection comes about. */
export const REACH_GOOGLE =
  'look whether the gateway\'s machine reaches "upstream.gemini.baseUrl" (for Vertex "upstream.vertex.baseUrl"), or let ' +
  'it go out by "proxies.urls"'

/** Faults that Google does not describe in words for a client. */
const OURS: Partial<Record<Fault['kind'], (fault: Fault) => GatewayError>> = {
  empty: () =>
    new GatewayError('bad_upstream', 'Google ended the generation without any content, several times'),
  malformed_call: () =>
    new GatewayError('bad_upstream', 'The model wrote a function call that cannot be read, several times'),
  bad_gateway: ({ reason }) =>
    new GatewayError(
      'bad_upstream',
      `Google's address answered ${reason}: a server on the way did, or its baseUrl is wrong`,
    ),
  connection_failed: ({ reason }) =>
    new GatewayError('bad_upstream', `${reason}: ${REACH_GOOGLE}; the request log says how it failed`),
  address_blocked: () =>
    new GatewayError(
      'bad_upstream',
      "Google takes the gateway's address for one that sends automated queries: wait, or let it go out by a proxy",
    ),
  credentials_rejected: toOurFault,
  key_doubtful: toOurFault,
}

function toOurFault(fault: Fault): GatewayError {
  return new GatewayError(
    'internal',
    `Google did not accept how the gateway sent its credential: ${fault.reason}`,
  )
}

/** The deadline came while keys were refused one after the other; that is not the client's to hear as its answer. */
export function outOfTime(fault: Fault, trace: Trace, deadlineMilliseconds: number): GatewayError {
  if (ruleOf(fault).next !== 'another') return toRefusal(fault)
  return new GatewayError(
    'overloaded',
    `No key answered within ${deadlineMilliseconds / 1000} s; ${trace.attempts} were tried`,
    { retryAfterSeconds: 1 },
  )
}

type KnowingPool = Pick<Pool, 'returnsAt' | 'census' | 'restOf' | 'workingModels'>

/** No key may be used now: when the first returns, or that none does by itself; and what would still work. */
export function nothingLeft(
  pool: KnowingPool,
  query: KeyQuery,
  trace: Pick<Trace, 'attempts' | 'upstream'>,
  now: number,
): GatewayError {
  const at = pool.returnsAt(query)
  if (query.project !== undefined) return ownerOut(pool, { ...query, project: query.project }, at, trace, now)
  const model = query.model ? ` for ${query.model}` : ''
  const { total, out } = pool.census(query)
  const { kind, none } = KEYS_OF[trace.upstream ?? 'gemini']
  const facts = {
    ...(trace.upstream === 'vertex' && { upstream: trace.upstream }),
    keys: total,
    tried: trace.attempts,
    ...outFacts(out),
    workingModels: workingModels(pool, query),
  }
  if (at !== undefined) {
    const seconds = Math.max(1, Math.ceil((at - now) / 1000))
    return new GatewayError(
      'rate_limited',
      `All ${total} ${kind} are ${stateOf(out, total)}${model}; the first returns in ${seconds} s (${trace.attempts} tried for this call)`,
      { retryAfterSeconds: seconds, facts: { ...facts, returnsAt: new Date(at).toISOString() } },
    )
  }
  return new GatewayError(
    'no_available_keys',
    total === 0
      ? none
      : `None of the ${total} ${kind} can be used${model}, and none returns by itself; the key list says why`,
    { facts },
  )
}

/** What the keys of a service are called, and what to do where there is none. */
const KEYS_OF = {
  gemini: {
    kind: 'keys',
    none: 'The gateway has no keys of the Gemini API yet: add some under "keys" in its config',
  },
  vertex: {
    kind: 'Vertex Express keys',
    none: 'The gateway has no Vertex Express keys: add some as { key: …, upstream: vertex } under "keys" in its config',
  },
} as const satisfies Record<UpstreamName, unknown>

/** A service has no keys at all. */
export function noKeys(upstream: UpstreamName): GatewayError {
  return new GatewayError('no_available_keys', KEYS_OF[upstream].none)
}

/** Keys that serve as many calls as they may do not rest, and whoever reads so looks for a spent quota. */
function stateOf({ busy = 0 }: Census['out'], total: number): string {
  if (busy === 0) return 'resting'
  return busy === total ? 'busy' : 'busy or resting'
}

/** No key of the one project that will do may be used now. */
function ownerOut(
  pool: KnowingPool,
  query: KeyQuery & { readonly project: string },
  at: number | undefined,
  trace: Pick<Trace, 'attempts'>,
  now: number,
): GatewayError {
  const { model = '', project } = query
  const { busy } = pool.restOf(project, model) === undefined ? pool.census(query).out : {}
  const facts = { tried: trace.attempts, ...(busy !== undefined && { outBusy: busy }) }
  if (at === undefined) {
    return new GatewayError(
      'no_available_keys',
      'What this call names belongs to a Google project of which no key can be used any more; make it again to use it through another',
      { facts },
    )
  }
  const seconds = Math.max(1, Math.ceil((at - now) / 1000))
  return new GatewayError(
    'rate_limited',
    `What this call names belongs to a Google project that is ${busy === undefined ? 'resting' : 'busy'}${model ? ` for ${model}` : ''}; it returns in ${seconds} s`,
    { retryAfterSeconds: seconds, facts: { ...facts, returnsAt: new Date(at).toISOString() } },
  )
}

/** `{resting: 3}` as `outResting: 3`. */
function outFacts(out: Census['out']): Record<string, number> {
  const named = Object.entries(out).map(([why, keys]) => {
    const words = why.split(' ').map((word) => word[0]!.toUpperCase() + word.slice(1))
    return [`out${words.join('')}`, keys] as const
  })
  return Object.fromEntries(named)
}

const MODELS_TOLD = 10

function workingModels(pool: Pick<Pool, 'workingModels'>, query: KeyQuery): readonly string[] {
  const models = pool.workingModels(MODELS_TOLD + 1).filter((model) => model !== query.model)
  return models.filter((model) => !model.includes(':')).slice(0, MODELS_TOLD)
}

/** The end of a call that nobody waits for any more. */
export function clientGone(): GatewayError {
  return new GatewayError('client_gone', 'The client has left')
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
