import type { Call, Codec } from '../../core/plugin.ts'
import { toErrorBody } from './error-body.ts'
import { toMessage } from './message.ts'
import { createMessageStream } from './message-stream.ts'
import { decodeMessages } from './messages-request.ts'
import type { ModelMapping } from './model-mapping.ts'

const JSON_TYPE = 'application/json'

/** Anthropic's messages around the canonical form. */
export function createCodec(mapping: ModelMapping): Codec {
  return {
    decode: (body, { modelOf }) => decodeMessages(body, mapping, modelOf),

    encode: (reply, call) => ({ body: JSON.stringify(toMessage(reply, call)), contentType: JSON_TYPE }),

    // Only a codec that is the identity is asked for a stream without its call.
    encodeStream: (_request, call) => createMessageStream(call as Call),

    encodeError(error, { id }) {
      const { body, status } = toErrorBody(error, id)
      return { body: JSON.stringify(body), contentType: JSON_TYPE, ...(status !== undefined && { status }) }
    },
  }
}
