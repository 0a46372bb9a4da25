import type { Call, Codec } from '../../core/plugin.ts'
import { decodeChat } from './chat-request.ts'
import { toCompletion } from './completion.ts'
import { createCompletionStream } from './completion-stream.ts'
import { toErrorBody } from './error-body.ts'

const JSON_TYPE = 'application/json'

/** OpenAI's chat completions around the canonical form. */
export const codec: Codec = {
  decode: decodeChat,

  encode: (reply, call) => ({ body: JSON.stringify(toCompletion(reply, call)), contentType: JSON_TYPE }),

  // Only a codec that is the identity is asked for a stream without its call.
  encodeStream: (_request, call) => createCompletionStream(call as Call),

  encodeError(error) {
    const { body, status } = toErrorBody(error)
    return { body: JSON.stringify(body), contentType: JSON_TYPE, ...(status !== undefined && { status }) }
  },
}
