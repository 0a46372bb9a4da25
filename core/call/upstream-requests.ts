import type { FittedCall } from '../fitting/fitting.ts'
import { toUpstreamHeaders } from '../http/passed-headers.ts'
import type { NativeCall } from '../native-calls.ts'
import type { Call, Conversion, Head, NativeTarget } from '../plugin.ts'
import { weighCall } from '../quota/call-weight.ts'
import { affinityKey } from './affinity-key.ts'
import { beginningOfBytes, beginningOfRequest } from './conversation-beginning.ts'
import type { Flight } from './flight.ts'
import type { UpstreamRequest } from './upstream.ts'

/** The client's own request, credentials replaced, nothing else. Its bytes stay with the flight, which lets them go. */
export function toNativeRequest(flight: Flight, target: NativeTarget): UpstreamRequest {
  const { method, headers: sent } = flight.exchange.request
  const headers = toUpstreamHeaders(sent)
  const isGeneration = target.operation === 'generateContent'
  const range = method === 'GET' ? sent.get('range') : null
  if (range !== null) headers.range = range
  if (flight.body && flight.body.bytes.length > 0) headers['content-type'] = contentTypeOf(sent, isGeneration)
  return {
    method,
    path: target.path + target.query,
    headers,
    body: () => flight.body?.bytes,
    model: quotaNameOf(target),
    weight: flight.weight,
    repeatable: method === 'GET' || isGeneration || target.short === true,
    affinity: isGeneration ? affinityOf(flight) : undefined,
    project: flight.place?.project,
    upstream: target.upstream,
    movable: flight.place?.movable,
    credential: target.credential,
  }
}

/** A target with another model in its place. */
export function withModel(target: NativeTarget, model: string): NativeTarget {
  if (model === target.model) return target
  return { ...target, model, path: target.path.replace(MODEL_PLACE, () => `/${toPlace(model)}`) }
}

const MODEL_PLACE = /\/models\/[^/:]+/

/** A canonical call as Google takes it, `fitted` where its protocol is not Google's; always server-sent events where it streams. */
export function toCanonicalRequest(
  call: Call,
  target: NativeTarget | undefined,
  { weight, place }: Pick<Flight, 'weight' | 'place'>,
  fitted: FittedCall | undefined,
): UpstreamRequest {
  const version = target?.path.split('/')[1] ?? 'v1beta'
  const method = streams(call) ? 'streamGenerateContent' : 'generateContent'
  return {
    method: 'POST',
    path: `/${version}/${toPlace(call.model)}:${method}${toQuery(call, target)}`,
    headers: { ...toUpstreamHeaders(call.headers), 'content-type': 'application/json' },
    body: () => JSON.stringify(fitted?.request ?? call.request),
    ...(fitted && toOtherForms(fitted)),
    model: call.model,
    weight,
    repeatable: true,
    affinity: affinityKey(call, (least) => beginningOfRequest(call.request, least)),
    project: place?.project,
    upstream: target?.upstream,
    movable: place?.movable,
  }
}

function toOtherForms({ repair, forModel }: FittedCall): Pick<UpstreamRequest, 'repair' | 'forModel'> {
  return {
    repair(refusal) {
      const repaired = repair(refusal)
      return repaired && { ...repaired, body: JSON.stringify(repaired.request) }
    },
    forModel(model) {
      const { request, notes } = forModel(model)
      return { body: JSON.stringify(request), notes }
    },
  }
}

/** What a plugin made of a request, for a method that generates nothing. */
export function toConvertedRequest(
  { target, body }: Conversion,
  { exchange, weight, place }: Flight,
): UpstreamRequest {
  return {
    method: 'POST',
    path: target.path + target.query,
    headers: { ...toUpstreamHeaders(exchange.request.headers), 'content-type': 'application/json' },
    body: () => JSON.stringify(body),
    model: quotaNameOf(target),
    weight,
    repeatable: target.short === true,
    project: place?.project,
    movable: place?.movable,
  }
}

/** A native call that a plugin makes; it is sent as often as it takes. */
export function toOwnRequest(head: Head, { model, operation, request }: NativeCall): UpstreamRequest {
  const body = new TextEncoder().encode(JSON.stringify(request))
  return {
    method: 'POST',
    path: `/v1beta/${toPlace(model)}:${operation}`,
    headers: { ...toUpstreamHeaders(head.headers), 'content-type': 'application/json' },
    body: () => body,
    model: quotaNameOf({ model, operation }),
    weight: weighCall(body),
    repeatable: true,
  }
}

/** A model's name comes from clients; none may reach beyond its place in the path. */
function toPlace(model: string): string {
  if (PLAIN.test(model)) return `models/${model}`
  const resource = model.includes('/') ? model : `models/${model}`
  return resource.split('/').map(encodeURIComponent).join('/')
}

const PLAIN = /^[\w.-]+$/

/** Counting tokens spends a quota of its own, and a cache none of its model's: one that is spent for generation still does. */
function quotaNameOf({ model, operation }: Pick<NativeTarget, 'model' | 'operation'>): string | undefined {
  if (operation === 'cachedContents') return undefined
  return operation === 'countTokens' ? `${model}:countTokens` : model || undefined
}

function affinityOf({ head, body }: Flight): string | undefined {
  return affinityKey(head, (least) => body && beginningOfBytes(body.bytes, least))
}

/** Clients label JSON as they like; what is no generation may be no JSON either. */
function contentTypeOf(sent: Headers, isGeneration: boolean): string {
  return (isGeneration ? null : sent.get('content-type')) ?? 'application/json'
}

function toQuery(call: Call, target: NativeTarget | undefined): string {
  if (!target?.query) return streams(call) ? '?alt=sse' : ''
  const query = new URLSearchParams(target.query)
  for (const name of ['alt', '$alt']) query.delete(name)
  if (streams(call)) query.set('alt', 'sse')
  const text = query.toString()
  return text && `?${text}`
}

function streams({ stream, whole }: Call): boolean {
  return stream && whole === undefined
}
