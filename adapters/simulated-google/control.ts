import { type Behaviour, isBehaviourKind } from './behaviours.ts'
import type { ReceivedCall } from './calls.ts'
import type { Exchange } from './exchange.ts'
import { readBody } from './exchange.ts'
import type { Google, KeyQuotaLimits } from './google.ts'
import type { ScriptFilter } from './scripts.ts'
import { isRecord, listOf } from './wire-fields.ts'

/** The paths under which another process steers the simulation. */
export const CONTROL_PREFIX = '/_simulated/'

/** Carries out one control request; refuses what is not understood with 400 and a line that says why. */
export async function control(google: Google, exchange: Exchange, path: string): Promise<void> {
  const body = await readBody(exchange.request, 10_000_000)
  const action = `${exchange.request.method} ${path.slice(CONTROL_PREFIX.length)}`
  const result = ACTIONS[action]?.(google, toRecord(body?.toString() ?? ''))
  const status = result === undefined ? 404 : isRecord(result) && 'fault' in result ? 400 : 200
  exchange.head(status, { 'content-type': 'application/json' })
  exchange.end(JSON.stringify(result ?? { fault: `there is no ${action}` }))
}

const ACTIONS: Record<string, (google: Google, body: Record<string, unknown>) => unknown> = {
  'POST script': (google, { key, behaviours, filter }) => {
    const list = listOf(behaviours)
    const unknown = list.find((item) => !isRecord(item) || !isBehaviourKind(item.kind))
    if (typeof key !== 'string') return { fault: 'key must be a text' }
    if (unknown !== undefined) return { fault: `no such behaviour: ${JSON.stringify(unknown)}` }
    return attempt(() => google.script(key, list as readonly Behaviour[], (filter ?? {}) as ScriptFilter))
  },
  'POST quota': (google, body) => {
    google.limit(body as KeyQuotaLimits)
    return {}
  },
  'POST reset': (google) => {
    google.reset()
    return {}
  },
  'GET calls': (google) => google.log.calls.map(toJsonCall),
}

function attempt(action: () => void): Record<string, unknown> {
  try {
    action()
    return {}
  } catch (thrown) {
    return { fault: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

/** A call with its body as text. */
function toJsonCall(call: ReceivedCall): Record<string, unknown> {
  return { ...call, body: call.body.toString() }
}

function toRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text || '{}')
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}
