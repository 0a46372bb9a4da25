import type { Call, Codec, ProtocolRequest, Wire } from '../../core/plugin.ts'
import { decodeChat } from './chat-request.ts'
import { toCompletion } from './completion.ts'
import { createCompletionStream } from './completion-stream.ts'
import { toErrorBody } from './error-body.ts'
import { responseAskedOf } from './responses/asked.ts'
import { decodeResponseShaped, isResponseShaped } from './responses/chat-shaped.ts'
import { decodeCompaction, toCompaction } from './responses/compaction.ts'
import { toResponse } from './responses/response.ts'
import { decodeResponse } from './responses/response-request.ts'
import { createResponseStream } from './responses/response-stream.ts'

const JSON_TYPE = 'application/json'

/** OpenAI's chat completions and responses around the canonical form; `now` tells the time in milliseconds since 1970. */
export function createCodec(now: () => number): Codec {
  function encoded(value: unknown): Wire {
    return { body: JSON.stringify(value), contentType: JSON_TYPE }
  }

  return {
    decode(body, request) {
      const place = placeOf(request)
      const { modelOf } = request
      if (place === 'compact') return decodeCompaction(body, modelOf)
      if (place === 'response') return decodeResponse(body, 'response', modelOf)
      return isResponseShaped(body) ? decodeResponseShaped(body, modelOf) : decodeChat(body, modelOf)
    },

    encode(reply, call) {
      const asked = responseAskedOf(call)
      if (!asked) return encoded(toCompletion(reply, call))
      return encoded(asked.form === 'compaction' ? toCompaction(reply, call) : toResponse(reply, call, now))
    },

    // Only a codec that is the identity is asked for a stream without its call.
    encodeStream: (request, call) =>
      placeOf(request) === 'chat'
        ? createCompletionStream(call as Call)
        : createResponseStream(call as Call, now),

    encodeError(error) {
      const { body, status } = toErrorBody(error)
      return { ...encoded(body), ...(status !== undefined && { status }) }
    },
  }
}

/** The codec in the time that it is. */
export const codec = createCodec(() => Date.now())

function placeOf({ url }: ProtocolRequest): 'chat' | 'response' | 'compact' {
  const [, compact] = /\/responses(\/compact)?\/?$/.exec(url.pathname) ?? [undefined, null]
  if (compact === null) return 'chat'
  return compact === undefined ? 'response' : 'compact'
}
