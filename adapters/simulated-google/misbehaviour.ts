import type { Behaviour } from './behaviours.ts'
import { headersOf } from './delivery.ts'
import type { RawAnswer } from './error-answer.ts'
import { errorOf, isErrorKind } from './errors.ts'
import { BAD_GATEWAY_PAGE, SORRY_PAGE } from './html-pages.ts'
import { isGeneration } from './scripts.ts'
import { refuseVisit, type Visit } from './visit.ts'

const HTML = { 'content-type': 'text/html; charset=UTF-8' }

/**
 * Carries out a behaviour that has nothing to do with the method: a refusal, an answer word for word, a
 * connection that breaks. `not mine` for the others, whose call goes on.
 */
export async function misbehave(visit: Visit, behaviour: Behaviour): Promise<'done' | 'not mine'> {
  const { exchange, context, route } = visit
  if (behaviour.kind === 'hang') await exchange.over
  else if (behaviour.kind === 'reset' && !(behaviour.after && isGeneration(route.operation)))
    await exchange.reset()
  else if (hasErrorKind(behaviour)) refuseVisit(visit, errorOf(behaviour, context))
  else {
    const raw = rawOf(behaviour)
    if (!raw) return 'not mine'
    exchange.head(raw.status ?? 200, raw.headers ?? {})
    exchange.end(raw.body ?? '')
  }
  return 'done'
}

function hasErrorKind(behaviour: Behaviour): behaviour is Parameters<typeof errorOf>[0] {
  return isErrorKind(behaviour.kind)
}

function rawOf(behaviour: Behaviour): RawAnswer | undefined {
  if (behaviour.kind === 'raw') return behaviour
  if (behaviour.kind === 'html502') return { status: 502, headers: HTML, body: BAD_GATEWAY_PAGE }
  if (behaviour.kind === 'htmlSorry') {
    return { status: behaviour.status ?? 403, headers: HTML, body: SORRY_PAGE }
  }
  if (behaviour.kind !== 'notJson') return undefined
  return { status: 200, headers: headersOf('whole'), body: 'upstream connect error or disconnect/reset' }
}
