import { type FreeQuestions, toQuestion } from '../service/free-questions.ts'
import type { Settings } from '../settings/settings.ts'
import { isEmbedding, namesListed } from './vertex-models.ts'
import { toVertexPath } from './vertex-path.ts'

const NOTHING_MUCH = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] })
/** Asked where the settings name no model that counts. */
const LAST_RESORT = 'gemini-2.5-flash'

/**
 * What is free at Vertex AI in express mode. Its keys get no list of models, so they are tried by a count of tokens,
 * which Google neither charges nor counts against the quota of generations:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/get-token-count
 */
export function vertexQuestions(vertex: Settings['upstream']['vertex']): FreeQuestions {
  const model = namesListed(vertex).find((name) => !isEmbedding(name)) ?? LAST_RESORT
  const pathOf = (method: string, asked = model) =>
    toVertexPath({ version: 'v1', model: asked, method, query: '' })
  return {
    ofKey: () => toQuestion('POST', pathOf('countTokens'), NOTHING_MUCH),
    // Google looks at the key first; only then does it say that there is no such model.
    isTaken: ({ error }) => error?.status === 'NOT_FOUND',
    wayPath: '/v1beta1/publishers/google/models?pageSize=1',
    generationPath: (asked) => pathOf('generateContent', asked),
  }
}
