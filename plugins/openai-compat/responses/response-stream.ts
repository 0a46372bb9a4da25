import { isBlocked } from '../../../core/call/judge.ts'
import { toUnendedError } from '../../../core/codec/endings.ts'
import type { GatewayError } from '../../../core/errors.ts'
import type { Call, StreamEncoder } from '../../../core/plugin.ts'
import { toErrorBody } from '../error-body.ts'
import { NOTHING_ASKED, responseAskedOf } from './asked.ts'
import { seedOf } from './output-log.ts'
import { createOutputWriter } from './output-writer.ts'
import { finishedResponse } from './response.ts'
import { toResponseObject } from './response-object.ts'

/** A streamed response: https://platform.openai.com/docs/api-reference/responses-streaming */
export function createResponseStream(call: Call, now: () => number): StreamEncoder {
  const asked = responseAskedOf(call) ?? NOTHING_ASKED
  const writer = createOutputWriter(asked, seedOf(call.id), emit)
  let pending = ''
  let sequence = 0
  let begun = false
  let blocked = false

  function emit(type: string, fields: Readonly<Record<string, unknown>>): void {
    const data = JSON.stringify({ type, sequence_number: sequence++, ...fields })
    pending += `event: ${type}\ndata: ${data}\n\n`
  }

  function begin(): void {
    if (begun) return
    begun = true
    const response = toResponseObject(call, asked, { status: 'in_progress', output: [] })
    emit('response.created', { response })
    emit('response.in_progress', { response })
  }

  function taken(): string {
    const text = pending
    pending = ''
    return text
  }

  return {
    contentType: 'text/event-stream; charset=utf-8',
    chunk(chunk) {
      begin()
      if (chunk.promptFeedback) blocked ||= isBlocked(chunk)
      writer.add(chunk)
      return taken()
    },
    end() {
      begin()
      if (!writer.ended && !blocked) throw toUnendedError()
      const response = finishedResponse(call, asked, writer, blocked, now())
      emit(`response.${response.status}`, { response })
      return taken()
    },
    /** Some clients read the one event, some the other. */
    error(error) {
      const { message, code, param } = toErrorBody(error).body.error
      emit('error', { code, message, param })
      const failure = { code: code ?? codeOf(error), message }
      const state = { status: 'failed', output: writer.items, error: failure, usage: writer.usage } as const
      emit('response.failed', { response: toResponseObject(call, asked, state) })
      return taken()
    },
    heartbeat: () => ': ping\n\n',
  }
}

function codeOf({ status }: GatewayError): string {
  return status < 500 ? 'invalid_prompt' : 'server_error'
}
