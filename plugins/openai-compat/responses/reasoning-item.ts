import { type Envelope, sealed } from './envelope.ts'
import type { OutputLog, Place } from './output-log.ts'

/** Thoughts that are being written. */
export interface OpenReasoning {
  readonly kind: 'reasoning'
  readonly place: Place
  text: string
}

/** Begins to tell thoughts, as one summary. */
export function beginReasoning(log: OutputLog): OpenReasoning {
  const place = log.begin('rs', 'reasoning', { summary: [] })
  const part = { type: 'summary_text', text: '' }
  log.emit('response.reasoning_summary_part.added', { ...place, summary_index: 0, part })
  return { kind: 'reasoning', place, text: '' }
}

/** Adds to them. */
export function addThought(log: OutputLog, reasoning: OpenReasoning, delta: string): void {
  reasoning.text += delta
  log.emit('response.reasoning_summary_text.delta', { ...reasoning.place, summary_index: 0, delta })
}

/** Ends them, with what the client is to bring back. */
export function endReasoning(log: OutputLog, { place, text }: OpenReasoning, envelope?: Envelope): void {
  const at = { ...place, summary_index: 0 }
  const part = { type: 'summary_text', text }
  log.emit('response.reasoning_summary_text.done', { ...at, text })
  log.emit('response.reasoning_summary_part.done', { ...at, part })
  log.end(place, 'reasoning', { summary: [part], ...(envelope && { encrypted_content: sealed(envelope) }) })
}

/** An item without thoughts, for the sake of what the client is to bring back. */
export function addEnvelope(log: OutputLog, envelope: Envelope): void {
  const place = log.begin('rs', 'reasoning', { summary: [] })
  log.end(place, 'reasoning', { summary: [], encrypted_content: sealed(envelope) })
}
