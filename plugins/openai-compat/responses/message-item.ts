import { toExtraContent } from '../signatures.ts'
import type { Citation } from './citations.ts'
import type { OutputLog, Place } from './output-log.ts'

/** A message of the model's that is being written. */
export interface OpenMessage {
  readonly kind: 'message'
  readonly place: Place
  text: string
  readonly logprobs: unknown[]
  /** Google's, of its last text. */
  signature?: string
}

/** Begins a message with one empty text. */
export function beginMessage(log: OutputLog): OpenMessage {
  const place = log.begin('msg', 'message', { status: 'in_progress', role: 'assistant', content: [] })
  const part = { type: 'output_text', text: '', annotations: [], logprobs: [] }
  log.emit('response.content_part.added', { ...place, content_index: 0, part })
  return { kind: 'message', place, text: '', logprobs: [] }
}

/** Adds to its text. */
export function addText(
  log: OutputLog,
  message: OpenMessage,
  delta: string,
  logprobs: readonly unknown[],
): void {
  message.text += delta
  message.logprobs.push(...logprobs)
  log.emit('response.output_text.delta', { ...message.place, content_index: 0, delta, logprobs })
}

/** Ends it, with the places where its text comes from. */
export function endMessage(
  log: OutputLog,
  { place, text, logprobs, signature }: OpenMessage,
  annotations: readonly Citation[],
  status: 'completed' | 'incomplete',
): void {
  const at = { ...place, content_index: 0 }
  for (const [annotation_index, annotation] of annotations.entries())
    log.emit('response.output_text.annotation.added', { ...at, annotation_index, annotation })
  const part = { type: 'output_text', text, annotations, logprobs }
  log.emit('response.output_text.done', { ...at, text, logprobs })
  log.emit('response.content_part.done', { ...at, part })
  const extra = signature === undefined ? {} : { extra_content: toExtraContent(signature) }
  log.end(place, 'message', { status, role: 'assistant', content: [part], ...extra })
}
