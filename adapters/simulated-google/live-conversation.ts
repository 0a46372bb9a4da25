import type { WebSocket } from 'ws'
import type { ReceivedCall } from './calls.ts'
import type { ErrorAnswer, ErrorContext } from './error-answer.ts'
import { errorOf, isErrorKind, modelNotFound } from './errors.ts'
import type { Google } from './google.ts'
import { supports } from './models.ts'
import { newId } from './shelf.ts'
import { isRecord } from './wire-fields.ts'

/** Who asks for a session. */
export interface LiveCaller {
  readonly call: ReceivedCall
  readonly context: ErrorContext
  /** There is no credential, or several. */
  readonly isRefused: boolean
}

/** What one session has heard; it outlives its connection where its client asked for handles. */
interface Memory {
  readonly project: string
  readonly turns: string[]
}

/** By handle, of every simulated Google: no two handles are the same. */
const memories = new Map<string, Memory>()

/**
 * Talks as the Live API does, in binary frames of JSON. It says each turn of text again, and does what a turn asks
 * for: `/close 4001 words`, `/drop`, `/deaf`, `/goAway`, `/turns`, `/flood 10` (megabytes).
 */
export function converse(google: Google, caller: LiveCaller, webSocket: WebSocket): void {
  let memory: Memory | undefined
  let handles = false
  const say = (message: unknown) => webSocket.send(Buffer.from(JSON.stringify(message)))

  webSocket.on('close', () => google.log.markAborted(caller.call))
  webSocket.on('message', (data) => {
    const message = parse(String(data))
    if (message === undefined) return webSocket.close(1007, 'Request contains an invalid argument.')
    if (memory === undefined) return begin(message)
    if (isRecord(message.realtimeInput))
      return say({ serverContent: { modelTurn: hear(message.realtimeInput) } })
    const text = textOf(message)
    if (text?.startsWith('/')) return obey(text.slice(1).split(' '))
    if (text === undefined) return webSocket.close(1007, 'Request contains an invalid argument.')
    memory.turns.push(text)
    answer(`You said: ${text}`)
  })

  function begin(message: Record<string, unknown>) {
    const setup = isRecord(message.setup) ? message.setup : {}
    const model = String(setup.model ?? '').replace(/^models\//, '')
    Object.assign(caller.call, { model, body: Buffer.from(JSON.stringify(message)) })
    const refusal = refusalOf(google, caller, { ...caller.context, model })
    if (refusal) return webSocket.close(closeCodeOf(refusal), refusal.message.slice(0, 120))
    const resumption = setup.sessionResumption
    handles = isRecord(resumption)
    const handle = isRecord(resumption) ? resumption.handle : undefined
    memory =
      typeof handle === 'string' ? memories.get(handle) : { project: caller.context.project, turns: [] }
    if (memory?.project !== caller.context.project) return webSocket.close(1008, 'Session not found')
    say({ setupComplete: {} })
  }

  function answer(text: string): void {
    say({ serverContent: { modelTurn: { parts: [{ text }] } } })
    const usageMetadata = { promptTokenCount: 10, responseTokenCount: 5, totalTokenCount: 15 }
    say({ serverContent: { turnComplete: true }, usageMetadata })
    if (!handles || memory === undefined) return
    const newHandle = newId()
    memories.set(newHandle, memory)
    say({ sessionResumptionUpdate: { newHandle, resumable: true } })
  }

  function obey([order, argument = '', ...words]: readonly string[]) {
    if (order === 'close') webSocket.close(Number(argument), words.join(' '))
    else if (order === 'drop') webSocket.terminate()
    else if (order === 'deaf') webSocket.pause()
    else if (order === 'goAway') say({ goAway: { timeLeft: '1s' } })
    else if (order === 'flood') flood(Number(argument))
    else answer(memory?.turns.join(', ') ?? '')
  }

  /** A megabyte in each message. */
  function flood(megabytes: number): void {
    const text = 'x'.repeat(1024 * 1024)
    for (let sent = 0; sent < megabytes; sent++) say({ serverContent: { modelTurn: { parts: [{ text }] } } })
  }
}

function refusalOf(
  google: Google,
  { call, isRefused }: LiveCaller,
  context: ErrorContext,
): ErrorAnswer | undefined {
  const behaviour = google.scripts.take({ ...call, method: 'POST', model: context.model })
  if (behaviour && isErrorKind(behaviour.kind)) {
    return errorOf(behaviour as Parameters<typeof errorOf>[0], context)
  }
  if (isRefused) return errorOf({ kind: 'unregisteredCallers' }, context)
  if (!google.accepts(call.key ?? '')) return errorOf({ kind: 'keyInvalid' }, context)
  const model = google.models.get(context.model)
  return model && supports(model, call.operation) ? undefined : modelNotFound(context)
}

/** Google's codes for its errors, where there is no status. */
function closeCodeOf({ code }: ErrorAnswer): number {
  if (code === 400) return 1007
  return code === 429 || code >= 500 ? 1011 : 1008
}

function textOf({ clientContent }: Record<string, unknown>): string | undefined {
  const turns = isRecord(clientContent) && Array.isArray(clientContent.turns) ? clientContent.turns : []
  const parts = turns.flatMap((turn) => (isRecord(turn) && Array.isArray(turn.parts) ? turn.parts : []))
  const texts = parts.map((part) => (isRecord(part) ? part.text : undefined))
  return texts.every((text) => typeof text === 'string') && texts.length > 0 ? texts.join('') : undefined
}

/** Sound and pictures come back as they went. */
function hear(input: Record<string, unknown>): unknown {
  return { parts: [{ inlineData: input.audio ?? input.video ?? input.text ?? null }] }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
