import { GatewayError, toGatewayError } from '../errors.ts'
import type { Fitting } from '../fitting/fitting.ts'
import type { Exchange } from '../http/exchange.ts'
import { exchangeOf } from '../http/exchange.ts'
import { parseJson } from '../http/parse-json.ts'
import { toClientHeaders } from '../http/passed-headers.ts'
import { renderError } from '../http/render-error.ts'
import { type BodyLimits, readRequestBody } from '../http/request-body.ts'
import type { UploadRecorder } from '../kept-files/upload-recorder.ts'
import type { UpstreamName } from '../keys.ts'
import type { Live } from '../live/live.ts'
import type { Log } from '../log/log.ts'
import { describeModel } from '../models/describe-model.ts'
import type { ModelCatalogue } from '../models/model-catalogue.ts'
import type { Ownership } from '../ownership/ownership.ts'
import type { Codec, Gateway, Head, NativeTarget, ProtocolRequest } from '../plugin.ts'
import type { HookChain } from '../plugins/hooks.ts'
import { weighCall } from '../quota/call-weight.ts'
import type { RequestRecord } from '../store.ts'
import { answerFormOf, isPartial } from './answer-form.ts'
import {
  answerStream,
  beginStream,
  rawPieces,
  type StreamOptions,
  type StreamPlan,
  type StreamSearch,
} from './answer-stream.ts'
import { answerTogether } from './answer-together.ts'
import { namesBy, namesOf, readName, withNamed } from './call-names.ts'
import { continuedFrames } from './continued-frames.ts'
import { continuedReply } from './continued-reply.ts'
import { answerConverted } from './converted.ts'
import { type Flight, openFlight, toCall } from './flight.ts'
import { flightOf, registerFlight } from './flights.ts'
import type { FrameSource } from './frame-source.ts'
import { createHops, type Hops } from './hops.ts'
import type { KeptBodies } from './kept-bodies.ts'
import { locate, locateAgain } from './locate.ts'
import { answerList } from './merged-list.ts'
import { callNatively } from './native-call.ts'
import { answerRelayed } from './relay.ts'
import { answerMaking } from './relay-made.ts'
import { finished, finishShaped, restoring, type Shape, streamShaped } from './shaped-answer.ts'
import { asksForSeveral } from './strand.ts'
import { answerUpload, withUploadStatus } from './upload.ts'
import type { UpstreamRequest } from './upstream.ts'
import { toCanonicalRequest, toNativeRequest } from './upstream-requests.ts'
import { openArrayStream, openEventStream, openWholeStream } from './upstream-stream.ts'
import { readPartialReply, readWholeReply } from './whole-reply.ts'

export interface GatewayOptions extends StreamOptions {
  readonly catalogue: Pick<ModelCatalogue, 'models' | 'seenBy'>
  /** Of each service alone. */
  readonly catalogues: Readonly<Record<UpstreamName, Pick<ModelCatalogue, 'models'>>>
  readonly log: Log
  readonly ownership: Ownership
  readonly fitting: Fitting
  readonly live: Pick<Live, 'open'>
  /** Of Google, without a slash at the end. */
  readonly baseUrl: string
  /** Of request bodies. */
  readonly limits: BodyLimits
  /** Keeps uploaded files; undefined where none are kept. */
  readonly recorder: UploadRecorder | undefined
  /** Lets a whole call run on after its client left. */
  readonly finishWhole: boolean
  /** Keeps the bodies of one call for the request log. */
  keepBodies(): KeptBodies
  /** The plugins as they are now, for what belongs to no request. */
  hooks(): Pick<HookChain, 'models'>
  record(row: RequestRecord): void
}

/** What plugins' routes call: from a request to its response, whatever happens on the way. */
export function createGateway(options: GatewayOptions): Gateway {
  const { keyLoop, redactor, limits } = options

  return {
    answer: (request, target) =>
      fly(request, target, async (flight) => {
        await readBody(flight)
        const located = locate(flight, target, options.ownership)
        return answerCall(flight, located && (await withNamed(flight, namesOf(flight, options), located)))
      }),
    convert: (request, convert) =>
      fly(request, undefined, async (flight) => {
        await readBody(flight)
        locate(flight, undefined, options.ownership)
        return answerConverted(flight, convert, toProtocolRequest(flight), options)
      }),
    relay: (request, target) =>
      fly(request, target, async (flight) => {
        await readBody(flight)
        const stated = locate(flight, target, options.ownership)
        const located = await withNamed(flight, namesOf(flight, options), stated)
        const relay = target.makes ? answerMaking : answerRelayed
        return relay(flight, toNativeRequest(flight, located), located, options)
      }),
    list: (request, target, listing) =>
      fly(request, target, (flight) => answerList(flight, target, listing, options)),
    async upload(request, target) {
      const run = (flight: Flight) => answerUpload(flight, target, { ...options, readBody })
      return withUploadStatus(await fly(request, target, run))
    },
    clientOf: (request) => ({ name: exchangeOf(request).client }),
    compose: (request, operation, run) =>
      fly(request, { operation }, async (flight) => {
        await readBody(flight)
        return answerComposed(flight, run)
      }),
    async call(call, native) {
      const flight = flightOf(call)
      if (!flight)
        throw new TypeError('Cannot make a native call for a call that the gateway did not give out')
      return callNatively(flight, native, options)
    },
    refuse: (request, error) => renderError(error, exchangeOf(request)),
    live: options.live.open,
    models: (upstream) => shownModels(options.hooks(), catalogueOf(upstream)),
    model(request, name, upstream) {
      const { hooks } = exchangeOf(request).plugins
      const catalogue = catalogueOf(upstream)
      const lists = { shown: () => shownModels(hooks, catalogue), googles: catalogue.models }
      return describeModel(name, namesBy(hooks, options), lists)
    },
  }

  function catalogueOf(upstream: UpstreamName | undefined): Pick<ModelCatalogue, 'models'> {
    return upstream ? options.catalogues[upstream] : options.catalogue
  }

  async function fly(
    request: Request,
    target: Partial<NativeTarget> | undefined,
    run: (flight: Flight) => Promise<Response>,
  ): Promise<Response> {
    const exchange = exchangeOf(request)
    const flight = openFlight(exchange, toHead(exchange, target), options)
    try {
      return await run(flight)
    } catch (thrown) {
      const error = flight.told(toGatewayError(thrown))
      const headers = flight.headers()
      flight.leave() // whatever still runs for this call
      flight.finish(error.status, error)
      const response = renderError(error, exchange)
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
      return response
    }
  }

  async function readBody(flight: Flight): Promise<void> {
    const { request } = flight.exchange
    if (request.method === 'GET' || request.method === 'HEAD') return
    const body = await flight.trace.waiting(readRequestBody(request, limits))
    if (body.bytes.length > 0) flight.bodies.received(body.bytes)
    flight.body = body
    flight.weight = weighCall(body.bytes)
  }

  function toProtocolRequest(flight: Flight): ProtocolRequest {
    const { id, request, url } = flight.exchange
    return { id, method: request.method, url, headers: request.headers, modelOf: modelOf(flight) }
  }

  function modelOf(flight: Flight): (name: string) => string {
    const names = namesOf(flight, options)
    return (name) => names.read(name).model
  }

  function answerCall(flight: Flight, target: NativeTarget | undefined): Promise<Response> {
    const { protocol, plugins } = flight.exchange
    if (!protocol) throw new GatewayError('not_found', 'No protocol of this gateway claims this request')
    const { codec } = protocol
    if (!codec.identity || !target) return answerShaped(flight, codec, target, undefined)
    const first = plugins.hooks.first(flight.head)
    return first === undefined ? answerRaw(flight, codec, target) : answerShaped(flight, codec, target, first)
  }

  function answerRaw(flight: Flight, codec: Codec, target: NativeTarget): Promise<Response> {
    const upstream = toNativeRequest(flight, target)
    const form = answerFormOf(new URLSearchParams(target.query))
    if (form === 'other' || (form === 'events' && !target.stream)) {
      return answerRelayed(flight, upstream, target, options)
    }
    if (!target.stream) return answerWhole(flight, upstream)
    const encoder = codec.encodeStream(toProtocolRequest(flight), undefined)
    const search = { upstream, open: form === 'events' ? openEventStream : openArrayStream }
    const pieces = (frames: FrameSource) => {
      flight.release() // committed: no other attempt will need the request's bytes
      return rawPieces(frames, encoder)
    }
    return answerStream(flight, { encoder, begin: beginner(flight, search), pieces }, options)
  }

  async function answerShaped(
    flight: Flight,
    codec: Codec,
    target: NativeTarget | undefined,
    first: number | undefined,
  ): Promise<Response> {
    flight.outliveAnswer()
    const request = toProtocolRequest(flight)
    const decoded = codec.decode(parseJson(flight.takeBytes()), request)
    // A name that is refused is told of as it was stated.
    flight.head = { ...flight.head, model: decoded.model, stream: decoded.stream }
    flight.head = { ...flight.head, ...(await readName(flight, namesOf(flight, options), decoded.model)) }
    const begun = toCall(flight, decoded)
    const { hooks } = flight.exchange.plugins
    const { call, shapers } = await hooks.request(begun, first ?? hooks.first(begun))
    flight.head = { ...flight.head, model: call.model, stream: call.stream }
    if (call.request !== begun.request && target?.upstream !== 'vertex')
      locateAgain(flight, call.request, options.ownership)
    const shape = { codec, call, shapers, request }
    if (decoded.others?.length || (!codec.identity && asksForSeveral(call.request))) {
      const others = (decoded.others ?? []).map((other) => ({ ...begun, request: other }))
      return answerTogether(flight, shape, others, { target, places: decoded.schemasAt }, options)
    }
    const fitted = codec.identity ? undefined : options.fitting.fit(call, decoded.schemasAt)
    flight.notes = fitted ? [...call.notes, ...fitted.notes] : call.notes
    const upstream = toCanonicalRequest(call, target, flight, fitted)
    const shaping = fitted ? restoring(shapers, fitted) : shapers
    const hops = fitted && createHops(flight, call, fitted, target, keyLoop)
    if (!call.stream) return answerWhole(flight, upstream, { ...shape, shapers: shaping, hops })
    const continued = hops && ((frames: FrameSource) => continuedFrames(frames, hops, redactor))
    const search = { upstream, open: call.whole ? openWholeStream : openEventStream, continued }
    return streamShaped(flight, { ...shape, shapers: shaping }, beginner(flight, search), options)
  }

  function beginner(flight: Flight, search: StreamSearch): StreamPlan['begin'] {
    return (lateness, judged) => beginStream(flight, search, options, lateness, judged)
  }

  async function answerWhole(
    flight: Flight,
    upstream: UpstreamRequest,
    shape?: Shape & { readonly hops: Hops | undefined },
  ): Promise<Response> {
    const { request, url } = flight.exchange
    const leaving = options.finishWhole ? NEVER : flight.leaving
    const read = isPartial(url.searchParams, request.headers) ? readPartialReply : readWholeReply
    const whole = await keyLoop.run(upstream, flight.trace, leaving, (answer) => read(answer, redactor))
    const reply = shape?.hops ? await continuedReply(whole.reply, shape.hops, redactor) : whole.reply
    if (shape) return finishShaped(flight, reply, shape)
    flight.trace.usage = reply.usageMetadata
    flight.trace.firstTokenAt = performance.now()
    return finished(flight, whole.bytes, toClientHeaders(whole.headers))
  }

  async function answerComposed(flight: Flight, run: Parameters<Gateway['compose']>[2]): Promise<Response> {
    flight.outliveAnswer() // an error of one native call ends the others
    registerFlight(flight)
    const body = flight.takeBytes()
    const json = () => parseJson(body)
    const call = { ...flight.head, body, json, modelOf: modelOf(flight), signal: flight.leaving }
    const answer = await run(call)
    const { contentType, headers, usage, notes = [] } = answer
    flight.notes = notes
    flight.trace.usage = usage
    flight.trace.firstTokenAt = performance.now()
    return finished(flight, answer.body, { 'content-type': contentType, ...headers })
  }
}

const NEVER = new AbortController().signal

async function shownModels(hooks: Pick<HookChain, 'models'>, catalogue: Pick<ModelCatalogue, 'models'>) {
  return hooks.models(await catalogue.models())
}

function toHead(
  { id, at, protocol, client, request }: Exchange,
  target: Partial<NativeTarget> | undefined,
): Head {
  return {
    id,
    at,
    protocol: protocol?.name ?? '',
    operation: target?.operation ?? 'generateContent',
    model: target?.model ?? '',
    stream: target?.stream ?? false,
    client,
    headers: request.headers,
  }
}
