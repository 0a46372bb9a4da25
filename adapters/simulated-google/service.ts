import type { Behaviour } from './behaviours.ts'
import { credentialOf } from './credentials.ts'
import { sendJson } from './delivery.ts'
import { embed } from './embeddings.ts'
import { type ErrorAnswer, googleError } from './error-answer.ts'
import { errorOf, modelNotFound } from './errors.ts'
import { generate } from './generation.ts'
import { notFoundPage } from './html-pages.ts'
import { misbehave } from './misbehaviour.ts'
import { listModels } from './model-list.ts'
import { supports } from './models.ts'
import { answerOpenAi } from './openai.ts'
import { refuseReferences } from './references.ts'
import { checkQuery, checkRequest } from './request-check.ts'
import { answerResource } from './resource-methods.ts'
import { isGeneration } from './scripts.ts'
import { countTokens } from './tokens.ts'
import { answerAtVertex, keysUnsupported } from './vertex.ts'
import { refuseVisit, type Visit } from './visit.ts'

/** Answers one call as Google would, or as its script says. */
export async function serve(visit: Visit): Promise<void> {
  const { google, call, route, exchange } = visit
  if (route.operation === '') return sendNotFoundPage(visit)
  const refusal = refusalOfKey(visit)
  if (refusal) return refuseVisit(visit, refusal)
  const behaviour = google.scripts.take(call)
  if (behaviour && (await misbehave(visit, behaviour)) === 'done') return
  if (behaviour?.kind === 'slow' && !isGeneration(route.operation)) {
    await exchange.wait(behaviour.headersMilliseconds ?? 0)
  }
  await answer(visit, behaviour)
}

async function answer(visit: Visit, behaviour: Behaviour | undefined): Promise<void> {
  const { google, route, query, exchange } = visit
  if (route.isVertex) return answerAtVertex(visit, behaviour)
  const isStrict = google.schemas.strict && !LOOSE.has(route.operation)
  const refusal = isStrict ? checkQuery(route.operation, query, google.schemas) : undefined
  if (refusal) return refuseVisit(visit, refusal)
  if (route.isOpenAi) return answerOpenAi(visit)
  if (route.operation === 'listModels') return send(visit, pageOfModels(visit))
  if (await answerResource(visit)) return
  if (route.operation === 'other') return refuseVisit(visit, NO_ENTITY)
  const missing = refusalOfModel(visit)
  if (missing) return refuseVisit(visit, missing)
  const foreign = refuseReferences(visit)
  if (foreign) return refuseVisit(visit, foreign)
  if (isGeneration(route.operation)) return generate(visit, behaviour)
  if (route.operation === 'getModel') return sendJson(exchange, google.models.get(route.model))
  send(visit, answerOfMethod(visit))
}

type Answer = { readonly body: unknown } | { readonly error: ErrorAnswer }

function send(visit: Visit, result: Answer): void {
  if ('error' in result) refuseVisit(visit, result.error)
  else sendJson(visit.exchange, result.body)
}

/** `countTokens` and the embedding methods. */
function answerOfMethod({ google, call, route, context }: Visit): Answer {
  const checked = checkRequest(call.operation, call.body, google.schemas)
  if ('error' in checked) return checked
  const { request } = checked
  if (route.operation === 'countTokens') return { body: tokenCountOf(request) }
  const requests = Array.isArray(request.requests) ? request.requests.length : 1
  const result = embed(route.operation, request)
  if ('error' in result) return result
  const spending = { project: context.project, model: route.model, requests, tokens: 0 }
  const error = google.quota.spend({ ...spending, counted: 'embeds' })
  return error ? { error } : result
}

function tokenCountOf(request: Record<string, unknown>): Record<string, unknown> {
  const whole = request.generateContentRequest ?? request.generate_content_request ?? request
  const totalTokens = countTokens(whole)
  return { totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] }
}

function refusalOfKey({ google, call, route, query, context }: Visit): ErrorAnswer | undefined {
  const credential = credentialOf(call.headers, query, route.isOpenAi)
  if (!('refusal' in credential)) {
    if (google.accepts(credential.key)) return undefined
    const isOfGemini = route.isVertex && google.keys.includes(credential.key)
    return isOfGemini ? keysUnsupported(context) : errorOf({ kind: 'keyInvalid' }, context)
  }
  if (credential.refusal !== 'missingAuthorization') return errorOf({ kind: credential.refusal }, context)
  return googleError('INVALID_ARGUMENT', 'Missing or invalid Authorization header.')
}

function refusalOfModel({ google, call, route, context }: Visit): ErrorAnswer | undefined {
  const model = google.models.get(route.model)
  if (model && google.hides(call.key ?? '', route.model)) return errorOf({ kind: 'modelClosed404' }, context)
  if (model && route.operation === 'getModel') return undefined
  if (model && isGeneration(route.operation) && supports(model, 'createInteraction')) {
    const message = `${route.model} is only supported in the Interactions API and cannot be called directly via ${route.operation}.`
    return errorOf({ kind: 'invalidArgument400', message }, context)
  }
  return model && supports(model, route.operation) ? undefined : modelNotFound(context)
}

function pageOfModels({ google, call, query }: Visit): Answer {
  const visible = [...google.models].filter(([id]) => !google.hides(call.key ?? '', id))
  const models = visible.map(([, model]) => model)
  return listModels(models, query)
}

function sendNotFoundPage({ exchange, call }: Visit): void {
  exchange.head(404, { 'content-type': 'text/html; charset=UTF-8' })
  exchange.end(notFoundPage(call.path))
}

/** Their queries differ from method to method. */
const LOOSE = new Set(['other', 'listFiles'])

const NO_ENTITY = googleError('NOT_FOUND', 'Requested entity was not found.')
