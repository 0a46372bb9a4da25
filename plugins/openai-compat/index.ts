import { noSuchModel, toModelName } from '../../core/codec/model-names.ts'
import { percentDecoded } from '../../core/http/percent-decoded.ts'
import { READING, refuseOtherMethods } from '../../core/http/served-methods.ts'
import { definePlugin, type Gateway, type Hooks } from '../../core/plugin.ts'
import { claims, PREFIXES } from './claims.ts'
import { codec } from './codec.ts'
import { LAYER_PATHS, toLayerTarget } from './google-layer.ts'
import { isOfUse, toModelList, toModelObject } from './model-list.ts'
import { withHistory } from './responses/history.ts'
import { type KeptResponses, keepResponses, LIMITS } from './responses/kept-responses.ts'
import { listInputItems, refuseCancel, serveResponse } from './responses/response-routes.ts'
import { toTokenCount } from './responses/token-count.ts'
import { refuseUnbuilt, unbuiltPaths } from './unbuilt.ts'

/** OpenAI's protocol: https://platform.openai.com/docs/api-reference */
export default definePlugin({
  name: 'openai-compat',
  api: 1,
  description:
    "Serves OpenAI's clients: /v1/chat/completions, /v1/completions, /v1/responses and /v1/models, also under /hf/v1 and without /v1.",
  setup(_options, host) {
    const kept = keepResponses({
      store: host.store,
      limits: LIMITS,
      now: () => Date.now(),
      failed: (cause) => host.log('A response could not be kept', { cause: String(cause) }),
    })
    host.schedule(3600, () => kept.sweep())
    return {
      protocol: { name: 'openai', claims, codec },
      when: ({ protocol }) => protocol === 'openai',
      request: (call) => withHistory(call, kept),
      stop: () => kept.written(),
      routes(app, gateway) {
        for (const path of LAYER_PATHS)
          app.all(path, ({ request }) => relayToLayer(request, gateway), { parse: 'none' })
        for (const prefix of PREFIXES) {
          app
            .all(`${prefix}/chat/completions`, ({ request }) => generate(request, gateway), { parse: 'none' })
            .all(`${prefix}/completions`, ({ request }) => generate(request, gateway), { parse: 'none' })
            .all(`${prefix}/models`, ({ request }) => listModels(request, gateway), { parse: 'none' })
            .all(`${prefix}/models/*`, ({ request }) => showModel(request, gateway), { parse: 'none' })
          for (const path of unbuiltPaths(prefix))
            app.all(path, ({ request }) => refuseUnbuilt(request), { parse: 'none' })
          addResponses(app, `${prefix}/responses`, gateway, kept)
        }
      },
    }
  },
})

type App = Parameters<NonNullable<Hooks['routes']>>[0]

function addResponses(app: App, path: string, gateway: Gateway, kept: KeptResponses): void {
  app
    .all(path, ({ request }) => generate(request, gateway), { parse: 'none' })
    .all(`${path}/compact`, ({ request }) => generate(request, gateway), { parse: 'none' })
    .all(`${path}/input_tokens`, ({ request }) => countTokens(request, gateway, kept), { parse: 'none' })
    .all(`${path}/:id`, ({ request }) => serveResponse(request, gateway, kept), { parse: 'none' })
    .all(`${path}/:id/input_items`, ({ request }) => listInputItems(request, gateway, kept), {
      parse: 'none',
    })
    .all(`${path}/:id/cancel`, ({ request }) => refuseCancel(request, gateway, kept), { parse: 'none' })
}

function generate(request: Request, gateway: Gateway): Promise<Response> {
  refuseOtherMethods(request, ['POST'])
  return gateway.answer(request)
}

function countTokens(request: Request, gateway: Gateway, kept: KeptResponses): Promise<Response> {
  refuseOtherMethods(request, ['POST'])
  const { name } = gateway.clientOf(request)
  return gateway.convert(request, (body, { modelOf }) => toTokenCount(body, name, kept, modelOf))
}

async function relayToLayer(request: Request, gateway: Gateway): Promise<Response> {
  return gateway.relay(request, toLayerTarget(new URL(request.url), request.method))
}

async function listModels(request: Request, gateway: Gateway): Promise<Response> {
  refuseOtherMethods(request, READING)
  return Response.json(toModelList(await gateway.models()))
}

async function showModel(request: Request, gateway: Gateway): Promise<Response> {
  refuseOtherMethods(request, READING)
  const stated = percentDecoded(new URL(request.url).pathname.replace(/^.*?\/models\//, ''))
  if (stated === '') return listModels(request, gateway)
  const model = await gateway.model(request, toModelName(stated))
  if (!model || !isOfUse(model)) throw noSuchModel(stated)
  return Response.json(toModelObject(model))
}
