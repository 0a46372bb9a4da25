import type { GenerateContentResponse, Model } from '../../core/canonical.ts'
import type { Behaviour } from './behaviours.ts'
import { deliver, type Framing, headersOf, refuse } from './delivery.ts'
import { refuseByRules } from './generation-rules.ts'
import { isPlanned, planOf, type Step } from './plans.ts'
import { type Recording, repliesOf } from './recordings.ts'
import { createChunkMaker, type Generation } from './replies.ts'
import { checkRequest } from './request-check.ts'
import { countTokens } from './tokens.ts'
import { framingOf, refuseVisit, type Visit } from './visit.ts'

/** Answers `generateContent` or `streamGenerateContent` for a model that is known to support it. */
export async function generate(visit: Visit, behaviour: Behaviour = { kind: 'ok' }): Promise<void> {
  const { google, call, route, query, exchange, context } = visit
  const checked = checkRequest(call.operation, call.body, google.schemas)
  if ('error' in checked) return refuseVisit(visit, checked.error)
  const { request } = checked
  const ruled = google.schemas.strict ? refuseByRules(route.model, request) : undefined
  if (ruled) return refuseVisit(visit, ruled)
  const spending = { project: context.project, model: route.model, requests: 1, tokens: countTokens(request) }
  const refused = google.quota.spend({ ...spending, counted: 'requests' })
  if (refused) return refuseVisit(visit, refused)
  const framing = framingOf(route, query)
  if (behaviour.kind === 'recorded') return replay(visit, behaviour.name, framing)
  const model = google.models.get(route.model) as Model
  await deliver(exchange, stepsOf(visit, behaviour, { request, model, number: google.next() }), framing)
}

function stepsOf({ context }: Visit, behaviour: Behaviour, generation: Generation): readonly Step[] {
  const kind = behaviour.kind
  const planned = isPlanned(kind) ? (behaviour as Parameters<typeof planOf>[0]) : { kind: 'ok' as const }
  return planOf(planned, createChunkMaker(generation), context)
}

async function replay({ google, exchange }: Visit, name: string, framing: Framing): Promise<void> {
  const recording = google.recordings.find((item) => item.name === name)
  if (!recording) throw new Error(`There is no recording named ${name}`)
  if (isAsRecorded(recording, framing)) {
    exchange.head(recording.status, headersOf(recording.status === 200 ? framing : 'whole'))
    await exchange.write(recording.body)
    return exchange.end()
  }
  const replies = repliesOf(recording)
  const { error } = replies[0] as { error?: Parameters<typeof refuse>[1] }
  if (error) return refuse(exchange, error, framing === 'array')
  const steps = replies.map((chunk): Step => ({ step: 'chunk', chunk: chunk as GenerateContentResponse }))
  await deliver(exchange, steps, framing)
}

/** Whether the recorded bytes are what this caller gets. */
function isAsRecorded({ kind, status }: Recording, framing: Framing): boolean {
  return kind === 'stream' ? framing === 'sse' : framing === 'whole' || (status !== 200 && framing === 'sse')
}
