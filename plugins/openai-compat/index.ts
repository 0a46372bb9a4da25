import { noSuchModel, toModelName } from '../../core/codec/model-names.ts'
import { percentDecoded } from '../../core/http/percent-decoded.ts'
import { READING, refuseOtherMethods } from '../../core/http/served-methods.ts'
import { definePlugin, type Gateway } from '../../core/plugin.ts'
import { claims, PREFIXES } from './claims.ts'
import { codec } from './codec.ts'
import { findModel, toModelList } from './model-list.ts'

/** OpenAI's protocol: https://platform.openai.com/docs/api-reference */
export default definePlugin({
  name: 'openai-compat',
  api: 1,
  description:
    "Serves OpenAI's clients: /v1/chat/completions and /v1/models, also under /hf/v1 and without /v1.",
  setup: () => ({
    protocol: { name: 'openai', claims, codec },
    routes(app, gateway) {
      for (const prefix of PREFIXES) {
        app
          .all(`${prefix}/chat/completions`, ({ request }) => complete(request, gateway), { parse: 'none' })
          .all(`${prefix}/models`, ({ request }) => listModels(request, gateway), { parse: 'none' })
          .all(`${prefix}/models/*`, ({ request }) => showModel(request, gateway), { parse: 'none' })
      }
    },
  }),
})

function complete(request: Request, gateway: Gateway): Promise<Response> {
  refuseOtherMethods(request, ['POST'])
  return gateway.answer(request)
}

async function listModels(request: Request, gateway: Gateway): Promise<Response> {
  refuseOtherMethods(request, READING)
  return Response.json(toModelList(await gateway.models()))
}

async function showModel(request: Request, gateway: Gateway): Promise<Response> {
  refuseOtherMethods(request, READING)
  const stated = percentDecoded(new URL(request.url).pathname.replace(/^.*?\/models\//, ''))
  if (stated === '') return listModels(request, gateway)
  const model = findModel(await gateway.models(), toModelName(stated))
  if (!model) throw noSuchModel(stated)
  return Response.json(model)
}
