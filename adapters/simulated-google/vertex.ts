import type { Behaviour } from './behaviours.ts'
import { sendJson } from './delivery.ts'
import { vectorOf } from './embeddings.ts'
import { badRequest, type ErrorAnswer, type ErrorContext, errorInfo, googleError } from './error-answer.ts'
import { generate } from './generation.ts'
import { supports } from './models.ts'
import type { Quota } from './quota.ts'
import { isGeneration } from './scripts.ts'
import { countTokens } from './tokens.ts'
import { bodyOf, refuseVisit, type Visit } from './visit.ts'
import { fieldOf, isRecord, listOf, toCamelCase } from './wire-fields.ts'

/** Answers a call of Vertex AI in express mode whose key is good; keys of the Gemini API's are not, and the other way round. */
export async function answerAtVertex(visit: Visit, behaviour: Behaviour | undefined): Promise<void> {
  const { google, route, context } = visit
  if (!METHODS.has(route.operation)) return refuseVisit(visit, keysUnsupported(context))
  const model = google.models.get(route.model)
  const method = route.operation === 'predict' ? 'embedContent' : route.operation
  if (!model || !supports(model, method)) return refuseVisit(visit, publisherModelNotFound(context))
  const body = bodyOf(visit)
  const refusal = refuseBody(route.operation, body)
  if (refusal) return refuseVisit(visit, refusal)
  if (isGeneration(route.operation)) return generate(visit, behaviour)
  if (route.operation === 'countTokens') return sendJson(visit.exchange, tokenCountOf(body))
  embed(visit, body)
}

const METHODS = new Set([
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'embedContent',
  'predict',
])

/** 401 `CREDENTIALS_MISSING`: the key is not one of express mode, or the method takes none. */
export function keysUnsupported({ version, operation }: ErrorContext): ErrorAnswer {
  const name = operation.charAt(0).toUpperCase() + operation.slice(1)
  const service = operation === 'listPublisherModels' ? 'ModelGardenService' : 'PredictionService'
  return googleError('UNAUTHENTICATED', KEYS_UNSUPPORTED, [
    errorInfo('CREDENTIALS_MISSING', {
      method: `google.cloud.aiplatform.${version}.${service}.${name}`,
      service: 'aiplatform.googleapis.com',
    }),
  ])
}

const KEYS_UNSUPPORTED =
  'API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that ' +
  'assert a principal. See https://cloud.google.com/docs/authentication'

/** Meters as the Gemini API's do, and tells of a spent one in fewer words. */
export function withVertexWords(quota: Quota): Quota {
  return { ...quota, spend: (spending) => quota.spend(spending) && EXHAUSTED }
}

const EXHAUSTED = googleError(
  'RESOURCE_EXHAUSTED',
  'Resource exhausted. Please try again later. Please refer to ' +
    'https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.',
)

function publisherModelNotFound({ project, model }: ErrorContext): ErrorAnswer {
  const name = `projects/${project}/locations/global/publishers/google/models/${model}`
  return googleError(
    'NOT_FOUND',
    `Publisher Model \`${name}\` was not found or your project does not have access to it. Please ensure you are ` +
      'using a valid model version. For more information, see: ' +
      'https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions',
  )
}

/** What the Gemini API takes and Vertex does not. */
function refuseBody(operation: string, body: Record<string, unknown>): ErrorAnswer | undefined {
  const contents = listOf(fieldOf(body, 'contents'))
  const parts = contents.flatMap((content) => listOf(fieldOf(content, 'parts')))
  const unknown = [
    ...namesIn(body, operation === 'countTokens' ? ONLY_GEMINIS_COUNT : ONLY_GEMINIS),
    ...namesIn(fieldOf(body, 'toolConfig'), ['includeServerSideToolInvocations']),
    ...parts.flatMap((part) => namesIn(part, ['partMetadata'])),
  ]
  if (unknown.length > 0) return badRequest(unknown.map(toFault))
  const roles = contents.map((content) => fieldOf(content, 'role'))
  return roles.every((role) => role === 'user' || role === 'model') ? undefined : NO_ROLE
}

const ONLY_GEMINIS = ['store', 'generateContentRequest', 'requests', 'taskType', 'outputDimensionality']
const ONLY_GEMINIS_COUNT = [...ONLY_GEMINIS, 'safetySettings', 'toolConfig']
const NO_ROLE = googleError('INVALID_ARGUMENT', 'Please use a valid role: user, model.')

function namesIn(value: unknown, names: readonly string[]): string[] {
  return isRecord(value) ? Object.keys(value).filter((name) => names.includes(toCamelCase(name))) : []
}

function toFault(name: string) {
  return { description: `Invalid JSON payload received. Unknown name "${name}": Cannot find field.` }
}

function tokenCountOf(body: Record<string, unknown>): Record<string, unknown> {
  const totalTokens = countTokens(body)
  return { totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] }
}

/** One content a call: newer models by `embedContent`, older ones by `predict`. */
function embed(visit: Visit, body: Record<string, unknown>): void {
  const { google, route, context, exchange } = visit
  const isPredict = route.operation === 'predict'
  const spending = { project: context.project, model: route.model, requests: 1, tokens: 0 }
  const refusal =
    isPredict === (route.model === 'gemini-embedding-001')
      ? google.quota.spend({ ...spending, counted: 'embeds' })
      : googleError('FAILED_PRECONDITION', `${route.model} is not supported for ${route.operation}.`)
  if (refusal) refuseVisit(visit, refusal)
  else sendJson(exchange, isPredict ? predictionOf(body) : embeddingOf(body))
}

function predictionOf(body: Record<string, unknown>): object {
  const [instance] = listOf(fieldOf(body, 'instances'))
  const text = String(fieldOf(instance, 'content') ?? '')
  const size = Number(fieldOf(fieldOf(body, 'parameters'), 'outputDimensionality') ?? DIMENSIONS)
  const statistics = { truncated: false, token_count: countTokens(text) }
  return { predictions: [{ embeddings: { values: vectorOf(text, size), statistics } }] }
}

function embeddingOf(body: Record<string, unknown>): object {
  const parts = listOf(fieldOf(fieldOf(body, 'content'), 'parts'))
  const text = parts.map((part) => String(fieldOf(part, 'text') ?? JSON.stringify(part))).join('')
  const size = Number(fieldOf(fieldOf(body, 'embedContentConfig'), 'outputDimensionality') ?? DIMENSIONS)
  const promptTokenCount = countTokens(text)
  return {
    embedding: { values: vectorOf(text, size) },
    usageMetadata: { promptTokenCount, totalTokenCount: promptTokenCount },
  }
}

const DIMENSIONS = 3072
