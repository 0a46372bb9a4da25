import type { GenerateContentRequest } from '../canonical.ts'
import { GatewayError } from '../errors.ts'
import type { FittedCall, Fitting } from '../fitting/fitting.ts'
import type { Call, NativeTarget, SchemaPlaces } from '../plugin.ts'
import { weighCall } from '../quota/call-weight.ts'
import type { Flight } from './flight.ts'
import { createHops, type Hops } from './hops.ts'
import type { KeyLoop } from './key-loop.ts'
import { branchOf, type Trace } from './trace.ts'
import type { UpstreamRequest } from './upstream.ts'
import { toCanonicalRequest } from './upstream-requests.ts'

/** One of several generations that answer a call together, each by a key of its own. */
export interface Strand {
  readonly call: Call
  readonly upstream: UpstreamRequest
  readonly fitted: FittedCall
  readonly hops: Hops
  readonly trace: Trace
  /** Where its candidates stand among all of them, and how many it has. */
  readonly first: number
  readonly count: number
}

export interface StrandOptions {
  readonly keyLoop: KeyLoop
  readonly fitting: Fitting
  readonly target: NativeTarget | undefined
  readonly places: SchemaPlaces | undefined
  /** Aborted when nobody waits for the answer any more. */
  readonly leaving: AbortSignal
}

/** As many candidates as Google makes of one request at most. */
const MOST_CANDIDATES = 8

/** How many candidates a request asks for; throws where they are too many. */
function candidatesOf({ generationConfig }: GenerateContentRequest): number {
  const wanted = generationConfig?.candidateCount
  if (typeof wanted !== 'number' || !(wanted > 1)) return 1
  if (wanted <= MOST_CANDIDATES && Number.isInteger(wanted)) return wanted
  throw new GatewayError('invalid_request', `A call gets 1 to ${MOST_CANDIDATES} candidates, not ${wanted}`, {
    code: 'invalid_value',
  })
}

/** Whether a request asks for more than one candidate; throws where they are too many. */
export function asksForSeveral(request: GenerateContentRequest): boolean {
  return candidatesOf(request) > 1
}

/** Google streams one candidate at a time, and most models make no more. */
function givesSeveral({ stream, model }: Call, fitting: Fitting): boolean {
  return !stream && fitting.givesSeveral(model)
}

/** Thrown where another model is to answer in the place of one that makes several candidates, and makes one itself. */
export class OneByOneError extends Error {}

/** The strands of calls that one client's call came to; where a model gives one candidate, one for each candidate. */
export function strandsOf(
  { trace, place, weight: ofAll }: Pick<Flight, 'trace' | 'weight' | 'place'>,
  calls: readonly Call[],
  options: StrandOptions,
): Strand[] {
  let first = 0
  return calls.flatMap((call) => {
    const wanted = candidatesOf(call.request)
    const isOne = wanted === 1 || givesSeveral(call, options.fitting)
    const single = isOne ? call : { ...call, request: withOneCandidate(call.request) }
    // Other requests are not as heavy as the body that they all came in.
    const weight = calls.length === 1 ? ofAll : weighCall(toBytes(single.request))
    return Array.from({ length: isOne ? 1 : wanted }, (_, copy) => {
      const strand = toStrand({ trace, weight, place }, single, copy, options)
      const placed = { ...strand, first, count: isOne ? wanted : 1 }
      first += placed.count
      return placed
    })
  })
}

function toStrand(
  { trace: whole, weight, place }: Pick<Flight, 'trace' | 'weight' | 'place'>,
  call: Call,
  copy: number,
  { keyLoop, fitting, target, places, leaving }: StrandOptions,
) {
  const fitted = fitting.fit(call, places)
  const own = { trace: branchOf(whole), leaving, weight, place }
  const upstream = toCanonicalRequest(call, target, own, fitted)
  const hops = createHops(own, call, fitted, target, keyLoop)
  // Copies that run at once find nothing in a project's cache: they are spread over all.
  const spread = copy === 0 ? upstream : { ...upstream, affinity: undefined }
  const several = candidatesOf(call.request) > 1 ? ofSeveral(spread, fitting) : spread
  return { call, upstream: several, fitted, hops, trace: own.trace }
}

/** Only models that make several candidates too may stand in. */
function ofSeveral(upstream: UpstreamRequest, fitting: Fitting): UpstreamRequest {
  return {
    ...upstream,
    forModel(model) {
      if (!fitting.givesSeveral(model)) throw new OneByOneError(`${model} makes one candidate`)
      return upstream.forModel!(model)
    },
  }
}

function withOneCandidate({ generationConfig, ...request }: GenerateContentRequest): GenerateContentRequest {
  const { candidateCount: _, ...config } = generationConfig ?? {}
  return Object.keys(config).length > 0 ? { ...request, generationConfig: config } : request
}

const toBytes = (request: object) => new TextEncoder().encode(JSON.stringify(request))
