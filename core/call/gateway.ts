import { GatewayError, toGatewayError } from '../errors.ts'
import type { ByteBudget } from '../http/byte-budget.ts'
import { exchangeOf } from '../http/exchange.ts'
import { isPartial, toClientHeaders, toUpstreamHeaders } from '../http/passed-headers.ts'
import { renderError } from '../http/render-error.ts'
import { parseJson, readRequestBody } from '../http/request-body.ts'
import type { Log } from '../log/log.ts'
import type { Redactor } from '../log/redactor.ts'
import type { ModelCatalogue } from '../models/model-catalogue.ts'
import type { Call, Codec, Gateway, Head, NativeTarget, ProtocolRequest } from '../plugin.ts'
import type { HookChain, Shapers } from '../plugins/hooks.ts'
import type { RequestRecord } from '../store.ts'
import { answerStream, rawPieces, type StreamOptions, shapedPieces } from './answer-stream.ts'
import { type Flight, openFlight, toCall } from './flight.ts'
import type { KeptBodies } from './kept-bodies.ts'
import type { KeyLoop } from './key-loop.ts'
import { answerRelayed } from './relay.ts'
import type { UpstreamRequest } from './upstream.ts'
import { openArrayStream, openEventStream } from './upstream-stream.ts'
import { readWholeReply } from './whole-reply.ts'

export interface GatewayOptions extends StreamOptions {
  readonly keyLoop: KeyLoop
  readonly redactor: Redactor
  readonly catalogue: ModelCatalogue
  readonly log: Log
  readonly budget: ByteBudget
  readonly maxBodyBytes: number
  /** Lets a whole call run on after its client left. */
  readonly finishWhole: boolean
  /** Keeps the bodies of one call for the request log. */
  keepBodies(): KeptBodies
  hooks(): HookChain
  record(row: RequestRecord): void
}

/** What plugins' routes call: from a request to its response, whatever happens on the way. */
export function createGateway(options: GatewayOptions): Gateway {
  return {
    answer: (request, target) => fly(request, target, answerCall),
    relay: (request, target) =>
      fly(request, target, async (flight, body) =>
        answerRelayed(flight, toNativeRequest(request, target, body), target, options),
      ),
    refuse: (request, error) => renderError(error, exchangeOf(request)),
    async models() {
      return options.hooks().models(await options.catalogue.models())
    },
  }

  async function fly(
    request: Request,
    target: NativeTarget | undefined,
    run: (
      flight: Flight,
      body: Uint8Array | undefined,
      target: NativeTarget | undefined,
    ) => Promise<Response>,
  ): Promise<Response> {
    const exchange = exchangeOf(request)
    const head: Head = {
      id: exchange.id,
      protocol: exchange.protocol?.name ?? '',
      operation: target?.operation ?? 'generateContent',
      model: target?.model ?? '',
      stream: target?.stream ?? false,
      client: exchange.client,
      headers: request.headers,
    }
    const flight = openFlight(exchange, head, options)
    try {
      return await run(flight, await readBody(flight), target)
    } catch (thrown) {
      const error = toGatewayError(thrown)
      const response = renderError(error, exchange)
      for (const [name, value] of Object.entries(flight.headers())) response.headers.set(name, value)
      flight.finish(response.status, error)
      return response
    }
  }

  async function readBody(flight: Flight): Promise<Uint8Array | undefined> {
    const { request } = flight.exchange
    if (request.method === 'GET' || request.method === 'HEAD') return undefined
    const { bytes, release } = await readRequestBody(request, {
      maxBytes: options.maxBodyBytes,
      budget: options.budget,
    })
    flight.release = release
    flight.bodies.received(bytes)
    return bytes
  }

  async function answerCall(flight: Flight, body: Uint8Array | undefined, target: NativeTarget | undefined) {
    const { request, protocol } = flight.exchange
    if (!protocol) throw new GatewayError('not_found', 'No protocol of this gateway claims this request')
    const { codec } = protocol
    if (codec.identity && target) {
      const first = options.hooks().first(flight.head)
      if (first === undefined) return answerRaw(flight, codec, toNativeRequest(request, target, body), target)
      return answerShaped(flight, codec, body, target, first)
    }
    return answerShaped(flight, codec, body, target, undefined)
  }

  function answerRaw(flight: Flight, codec: Codec, upstream: UpstreamRequest, target: NativeTarget) {
    if (!target.stream) return answerWhole(flight, upstream)
    const encoder = codec.encodeStream(toProtocolRequest(flight), undefined)
    const open = /[?&]alt=sse(&|$)/.test(target.query) ? openEventStream : openArrayStream
    return answerStream(
      flight,
      { upstream, encoder, open, pieces: (frames) => rawPieces(frames, encoder) },
      options,
    )
  }

  async function answerShaped(
    flight: Flight,
    codec: Codec,
    body: Uint8Array | undefined,
    target: NativeTarget | undefined,
    first: number | undefined,
  ) {
    const protocolRequest = toProtocolRequest(flight)
    const decoded = codec.decode(parseJson(body ?? new Uint8Array(0)), protocolRequest)
    flight.head = { ...flight.head, model: decoded.model, stream: decoded.stream }
    const begun = toCall(flight, decoded.request, decoded.notes)
    const { call, shapers } = await options.hooks().request(begun, first ?? options.hooks().first(begun))
    flight.head = { ...flight.head, model: call.model }
    flight.notes = call.notes
    const upstream = toCanonicalRequest(call, target)
    if (!call.stream) return answerWhole(flight, upstream, { codec, call, shapers })
    const encoder = codec.encodeStream(protocolRequest, call)
    const plan = { upstream, encoder, open: openEventStream }
    return answerStream(
      flight,
      { ...plan, pieces: (frames) => shapedPieces(frames, encoder, call, shapers) },
      options,
    )
  }

  async function answerWhole(
    flight: Flight,
    upstream: UpstreamRequest,
    shape?: { readonly codec: Codec; readonly call: Call; readonly shapers: Shapers },
  ): Promise<Response> {
    const leaving = options.finishWhole ? NEVER : flight.leaving
    const partial = !shape && isPartial(upstream.path, flight.exchange.request.headers)
    if (partial) return answerRelayed(flight, upstream, { stream: false }, options)
    const whole = await options.keyLoop.run(upstream, flight.trace, leaving, (answer) =>
      readWholeReply(answer, options.redactor),
    )
    flight.trace.usage = whole.reply.usageMetadata
    flight.trace.firstTokenAt = performance.now()
    if (!shape) return finished(flight, whole.bytes, toClientHeaders(whole.headers))
    const wire = shape.codec.encode(await shape.shapers.reply(whole.reply, shape.call), shape.call)
    return finished(flight, wire.body, { 'content-type': wire.contentType, ...wire.headers })
  }

  function finished(flight: Flight, body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string>) {
    flight.bodies.sent(body)
    const gone = flight.leaving.aborted
    flight.finish(gone ? 499 : 200, gone ? new GatewayError('client_gone', 'The client has left') : undefined)
    return new Response(body, { headers: { ...headers, ...flight.headers() } })
  }
}

const NEVER = new AbortController().signal

function toProtocolRequest({ exchange }: Flight): ProtocolRequest {
  return { method: exchange.request.method, url: exchange.url, headers: exchange.request.headers }
}

/** The client's own request, credentials replaced, nothing else. */
function toNativeRequest(
  request: Request,
  target: NativeTarget,
  body: Uint8Array | undefined,
): UpstreamRequest {
  const headers = toUpstreamHeaders(request.headers)
  if (body) headers['content-type'] = 'application/json'
  return {
    method: request.method,
    path: target.path + target.query,
    headers,
    body,
    model: target.model || undefined,
    repeatable: request.method === 'GET' || !target.stream || target.operation === 'generateContent',
  }
}

/** A canonical call as Google takes it; always server-sent events where it streams. */
function toCanonicalRequest(call: Call, target: NativeTarget | undefined): UpstreamRequest {
  const version = target?.path.split('/')[1] ?? 'v1beta'
  const method = call.stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
  const resource = call.model.includes('/') ? call.model : `models/${call.model}`
  return {
    method: 'POST',
    path: `/${version}/${resource}:${method}`,
    headers: { ...toUpstreamHeaders(call.headers), 'content-type': 'application/json' },
    body: JSON.stringify(call.request),
    model: call.model,
    repeatable: true,
  }
}
