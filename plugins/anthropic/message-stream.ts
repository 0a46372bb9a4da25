import { listOf } from '../../core/call/judge.ts'
import { newestUsage } from '../../core/call/newest-usage.ts'
import type { Candidate, GenerateContentResponse, UsageMetadata } from '../../core/canonical.ts'
import { toUnendedError } from '../../core/codec/endings.ts'
import { plainText } from '../../core/codec/plain-text.ts'
import type { Call, StreamEncoder } from '../../core/plugin.ts'
import { askedOf } from './asked.ts'
import { createBlockReader } from './block-reader.ts'
import { toErrorBody } from './error-body.ts'
import { createEventWriter, toEvent } from './event-writer.ts'
import { blockOf, headOf, isFirst } from './message.ts'
import { refuseBroken, toStop } from './stop-reasons.ts'
import { STEADY_USAGE, toUsage } from './usage.ts'

/**
 * A streamed message: https://docs.anthropic.com/en/docs/build-with-claude/streaming
 * The end is held back to the end, because Google may state a reason before its last content.
 */
export function createMessageStream(call: Call): StreamEncoder {
  const writer = createEventWriter()
  const reader = createBlockReader(call, writer)
  let usage: UsageMetadata = {}
  let blocked: string | undefined
  let begun = false

  function begin(): void {
    if (begun) return
    begun = true
    const told = { ...STEADY_USAGE, ...toUsage(usage, reader.state) }
    const end = {
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
    }
    writer.write('message_start', { message: { ...headOf(call), content: [], ...end, usage: told } })
  }

  function add(candidate: Candidate): void {
    const text = isGrounded(candidate) ? undefined : plainText(candidate)
    if (text === undefined || !reader.addText(text)) reader.read(candidate)
  }

  function finish(): void {
    if (reader.state.reason === undefined && blocked === undefined) throw toUnendedError()
    refuseBroken(reader.state)
    begin()
    reader.end()
    const delta = { ...toStop(reader.state, blocked, askedOf(call).stops), container: null }
    writer.write('message_delta', { delta, usage: toUsage(usage, reader.state) })
    writer.write('message_stop', {})
  }

  return {
    contentType: 'text/event-stream; charset=utf-8',
    chunk(chunk: GenerateContentResponse) {
      if (chunk.usageMetadata) usage = newestUsage(usage, chunk.usageMetadata)
      blocked ??= blockOf(chunk)
      begin()
      for (const candidate of listOf(chunk.candidates)) if (isFirst(candidate)) add(candidate)
      return writer.take()
    },
    end() {
      finish()
      return writer.take()
    },
    error: (error) => toEvent('error', toErrorBody(error, call.id).body),
    heartbeat: () => PING,
  }
}

function isGrounded({ groundingMetadata, urlContextMetadata }: Candidate): boolean {
  return groundingMetadata !== undefined || urlContextMetadata !== undefined
}

const PING = toEvent('ping', { type: 'ping' })
