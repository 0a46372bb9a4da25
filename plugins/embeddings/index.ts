import { Type } from '@sinclair/typebox'
import { GatewayError } from '../../core/errors.ts'
import { definePlugin } from '../../core/plugin.ts'
import { embed } from './embed.ts'
import { toEmbeddingsAsked } from './embedding-request.ts'
import { Aliases } from './model-names.ts'

/** Where OpenAI's paths are served: as OpenAI does, without the version, and where Hugging Face's clients look. */
const PATHS = ['/v1/embeddings', '/hf/v1/embeddings', '/embeddings']

/** OpenAI's embeddings: https://platform.openai.com/docs/api-reference/embeddings */
export default definePlugin({
  name: 'embeddings',
  api: 1,
  description: "Serves OpenAI's embeddings by Gemini's: /v1/embeddings, also under /hf/v1 and without /v1.",
  options: Type.Object({ models: Aliases }, { additionalProperties: false }),
  setup: ({ models }) => ({
    routes(app, gateway) {
      const answer = (request: Request) => {
        refuseOtherMethods(request)
        return gateway.compose(request, 'batchEmbedContents', async (call) => {
          const asked = toEmbeddingsAsked(call.json(), models, call.modelOf)
          const { body, usage } = await embed(asked, (native) => gateway.call(call, native))
          return { body: JSON.stringify(body), contentType: 'application/json', usage, notes: asked.notes }
        })
      }
      for (const path of PATHS) app.all(path, ({ request }) => answer(request), { parse: 'none' })
    },
  }),
})

function refuseOtherMethods({ method, url }: Request): void {
  if (method === 'POST') return
  throw new GatewayError('method_not_allowed', `${new URL(url).pathname} takes POST, not ${method}`)
}
