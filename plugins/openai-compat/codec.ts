import type { Call, Codec, ProtocolRequest, Wire } from '../../core/plugin.ts'
import { decodeChat } from './chat-request.ts'
import { toCompletion } from './completion.ts'
import { createCompletionStream } from './completion-stream.ts'
import { toErrorBody } from './error-body.ts'
import { isLayerPath } from './google-layer.ts'
import { responseAskedOf } from './responses/asked.ts'
import { decodeResponseShaped, isResponseShaped } from './responses/chat-shaped.ts'
import { decodeCompaction, toCompaction } from './responses/compaction.ts'
import { toResponse } from './responses/response.ts'
import { decodeResponse } from './responses/response-request.ts'
import { createResponseStream } from './responses/response-stream.ts'
import { NO_TEXT_ASKED, textAskedOf } from './text/asked.ts'
import { toTextCompletion } from './text/text-completion.ts'
import { decodeText } from './text/text-request.ts'
import { createTextStream } from './text/text-stream.ts'

const JSON_TYPE = 'application/json'

/** OpenAI's chat completions, legacy completions and responses around the canonical form; `now` tells the time in milliseconds since 1970. */
export function createCodec(now: () => number): Codec {
  function encoded(value: unknown): Wire {
    return { body: JSON.stringify(value), contentType: JSON_TYPE }
  }

  return {
    decode(body, request) {
      const place = placeOf(request)
      const { modelOf } = request
      if (place === 'text') return decodeText(body, modelOf)
      if (place === 'compact') return decodeCompaction(body, modelOf)
      if (place === 'response') return decodeResponse(body, 'response', modelOf)
      return isResponseShaped(body) ? decodeResponseShaped(body, modelOf) : decodeChat(body, modelOf)
    },

    encode(reply, call) {
      const text = textAskedOf(call)
      if (text) return encoded(toTextCompletion(reply, call, text))
      const asked = responseAskedOf(call)
      if (!asked) return encoded(toCompletion(reply, call))
      return encoded(asked.form === 'compaction' ? toCompaction(reply, call) : toResponse(reply, call, now))
    },

    // Only a codec that is the identity is asked for a stream without its call.
    encodeStream(request, call) {
      const place = placeOf(request)
      if (place === 'text') return createTextStream(call as Call, textAskedOf(call) ?? NO_TEXT_ASKED)
      return place === 'chat' ? createCompletionStream(call as Call) : createResponseStream(call as Call, now)
    },

    encodeError(error, request) {
      const { url } = request
      const { upstream } = error
      // Google's own layer writes its errors in a list.
      if (upstream?.error && isLayerPath(url.pathname))
        return encoded([{ error: { code: upstream.status, ...upstream.error } }])
      const { body, status } = toErrorBody(error, SAID_IN[placeOf(request)])
      return { ...encoded(body), ...(status !== undefined && { status }) }
    },
  }
}

/** The codec in the time that it is. */
export const codec = createCodec(() => Date.now())

/** Where each kind of request has what is said to the model. */
const SAID_IN = { chat: 'messages', text: 'prompt', response: 'input', compact: 'input' } as const

function placeOf({ url }: ProtocolRequest): 'chat' | 'text' | 'response' | 'compact' {
  if (/(?<!\/chat)\/completions\/?$/.test(url.pathname)) return 'text'
  const [, compact] = /\/responses(\/compact)?\/?$/.exec(url.pathname) ?? [undefined, null]
  if (compact === null) return 'chat'
  return compact === undefined ? 'response' : 'compact'
}
