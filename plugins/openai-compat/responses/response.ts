import { isBlocked } from '../../../core/call/judge.ts'
import type { GenerateContentResponse } from '../../../core/canonical.ts'
import type { Call } from '../../../core/plugin.ts'
import { NOTHING_ASKED, type ResponseAsked, responseAskedOf } from './asked.ts'
import { seedOf } from './output-log.ts'
import { createOutputWriter, type OutputWriter } from './output-writer.ts'
import { toResponseObject } from './response-object.ts'

/**
 * A whole reply as OpenAI's response: what its stream would come to. Throws a GatewayError where the model's output
 * was broken and there is nothing to show.
 */
export function toResponse(
  reply: GenerateContentResponse,
  call: Call,
  now: () => number,
): Readonly<Record<string, unknown>> {
  const asked = responseAskedOf(call) ?? NOTHING_ASKED
  const writer = createOutputWriter(asked, seedOf(call.id), () => {})
  writer.add(reply)
  return finishedResponse(call, asked, writer, isBlocked(reply), now())
}

/** The response of an output that has ended; it is kept where that is wanted. */
export function finishedResponse(
  call: Call,
  asked: ResponseAsked,
  writer: OutputWriter,
  blocked: boolean,
  completedAt: number,
): Readonly<Record<string, unknown>> {
  const end = writer.finish(blocked)
  const response = toResponseObject(call, asked, {
    status: end === 'completed' ? 'completed' : 'incomplete',
    output: writer.items,
    usage: writer.usage,
    completedAt,
    ...(end !== 'completed' && { reason: end }),
  })
  asked.keep?.(response)
  return response
}
