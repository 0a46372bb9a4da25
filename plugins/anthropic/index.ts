import { Type } from '@sinclair/typebox'
import { noSuchModel } from '../../core/codec/model-names.ts'
import { GatewayError } from '../../core/errors.ts'
import { percentDecoded } from '../../core/http/percent-decoded.ts'
import { READING, refuseOtherMethods } from '../../core/http/served-methods.ts'
import { definePlugin, type Gateway } from '../../core/plugin.ts'
import { claims, PREFIXES } from './claims.ts'
import { createCodec } from './codec.ts'
import { generates, toModelInfo, toModelPage } from './model-list.ts'
import { createModelMapping, type ModelMapping } from './model-mapping.ts'
import { toTokenCount } from './token-count.ts'
import { refuseOddVersion } from './version.ts'

const options = Type.Object({
  models: Type.Record(Type.String(), Type.String(), {
    default: {},
    description:
      "Models of Gemini for the names that Anthropic's clients ask for; * stands for anything, the first that fits holds",
  }),
})

/** Anthropic's protocol: https://docs.anthropic.com/en/api */
export default definePlugin({
  name: 'anthropic',
  api: 1,
  description:
    "Serves Anthropic's clients: /v1/messages, /v1/messages/count_tokens and /v1/models, also without /v1.",
  options,
  setup({ models }) {
    const mapping = createModelMapping(models)
    return {
      protocol: { name: 'anthropic', claims, codec: createCodec(mapping), idHeader: 'request-id' },
      routes(app, gateway) {
        const raw = { parse: 'none' } as const
        for (const prefix of PREFIXES) {
          app
            .all(`${prefix}/messages`, ({ request }) => answer(request, gateway), raw)
            .all(`${prefix}/messages/count_tokens`, ({ request }) => count(request, gateway, mapping), raw)
            .all(`${prefix}/models`, ({ request }) => listModels(request, gateway), raw)
            .all(`${prefix}/models/*`, ({ request }) => showModel(request, gateway, mapping), raw)
          for (const path of NOT_SERVED) app.all(`${prefix}/${path}`, refuseUnserved, raw)
        }
      },
    }
  },
})

/** What Anthropic has and Geminate has not. */
const NOT_SERVED = ['messages/batches', 'files', 'skills'].flatMap((path) => [path, `${path}/*`])

function refuseUnserved({ request }: { readonly request: Request }): never {
  throw new GatewayError('not_implemented', `${new URL(request.url).pathname} is not served yet`)
}

function answer(request: Request, gateway: Gateway): Promise<Response> {
  refuseOtherMethods(request, ['POST'])
  refuseOddVersion(request)
  return gateway.answer(request)
}

function count(request: Request, gateway: Gateway, mapping: ModelMapping): Promise<Response> {
  refuseOtherMethods(request, ['POST'])
  refuseOddVersion(request)
  return gateway.convert(request, (body, { modelOf }) => toTokenCount(body, mapping, modelOf))
}

async function listModels(request: Request, gateway: Gateway): Promise<Response> {
  refuseOtherMethods(request, READING)
  refuseOddVersion(request)
  return Response.json(toModelPage(await gateway.models(), new URL(request.url).searchParams))
}

async function showModel(request: Request, gateway: Gateway, mapping: ModelMapping): Promise<Response> {
  refuseOtherMethods(request, READING)
  refuseOddVersion(request)
  const stated = percentDecoded(new URL(request.url).pathname.replace(/^.*?\/models\//, ''))
  if (stated === '') return listModels(request, gateway)
  const model = (await gateway.model(request, stated)) ?? (await gateway.model(request, mapping(stated)))
  if (!model || !generates(model)) throw noSuchModel(stated)
  return Response.json(toModelInfo(model, stated))
}
