import { isRecord } from '../faults/google-error.ts'

/** The first message of a Live session, which says what it is to be: https://ai.google.dev/api/live */
export interface Setup {
  /** Without `models/`; empty where it names none. */
  readonly model: string
  /** The session that it goes on with. */
  readonly handle: string | undefined
  /** The whole message. */
  readonly message: Readonly<Record<string, unknown>>
}

/** Reads a client's first message, text or bytes; undefined where it is no setup. */
export function readSetup(data: string | Uint8Array): Setup | undefined {
  const message = parseMessage(data)
  const setup = message?.setup
  if (message === undefined || !isRecord(setup)) return undefined
  const model = typeof setup.model === 'string' ? setup.model.replace(/^models\//, '') : ''
  return { model, handle: handleOf(setup), message }
}

/** The same setup for a model by another name. */
export function naming(setup: Setup, model: string): Setup {
  const { message } = setup
  const inner = isRecord(message.setup) ? message.setup : {}
  const named = { ...inner, model: model.includes('/') ? model : `models/${model}` }
  return { ...setup, model, message: { ...message, setup: named } }
}

/** The same setup, going on with a session. */
export function resuming({ message }: Setup, handle: string): string {
  const setup = isRecord(message.setup) ? message.setup : {}
  const { session_resumption: _, ...rest } = setup
  return JSON.stringify({
    ...message,
    setup: { ...rest, sessionResumption: { ...resumptionOf(setup), handle } },
  })
}

/** A message as an object; undefined where it is none. */
export function parseMessage(data: string | Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(typeof data === 'string' ? data : new TextDecoder().decode(data))
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function resumptionOf(setup: Record<string, unknown>): Record<string, unknown> {
  const resumption = setup.sessionResumption ?? setup.session_resumption
  return isRecord(resumption) ? resumption : {}
}

function handleOf(setup: Record<string, unknown>): string | undefined {
  const { handle } = resumptionOf(setup)
  return typeof handle === 'string' && handle !== '' ? handle : undefined
}
