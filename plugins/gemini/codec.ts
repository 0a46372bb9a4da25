import { answerFormOf } from '../../core/call/answer-form.ts'
import type { GenerateContentRequest } from '../../core/canonical.ts'
import { GatewayError } from '../../core/errors.ts'
import type { Codec, ProtocolRequest, Wire } from '../../core/plugin.ts'
import { toErrorBody } from './error-body.ts'
import { parseNativePath } from './native-path.ts'
import { createArrayEncoder, createEventEncoder } from './stream-encoders.ts'
import { hasWordedErrors, toWordedError } from './worded-error.ts'

const JSON_TYPE = 'application/json; charset=UTF-8'

/** Google's own protocol: the identity around the canonical form. */
export const codec: Codec = {
  identity: true,

  decode(body, { url }) {
    const path = parseNativePath(url)
    if (!isObject(body) || !path) {
      throw new GatewayError(
        'invalid_request',
        'The request body must be a JSON object, a GenerateContentRequest',
      )
    }
    const stream = path.action === 'streamGenerateContent'
    return { model: path.model, stream, request: body as GenerateContentRequest }
  },

  encode: (reply) => ({ body: JSON.stringify(reply, null, 2), contentType: JSON_TYPE }),

  encodeStream: ({ url }) => (isEvents(url) ? createEventEncoder() : createArrayEncoder()),

  encodeError(error, request): Wire {
    const body = isWorded(request) ? toWordedError(error) : toErrorBody(error)
    // Google wraps the error of a stream that would have been an array.
    const wrapped = isArrayStream(request) ? [body] : body
    return { body: `${JSON.stringify(wrapped, null, 2)}\n`, contentType: JSON_TYPE }
  },
}

function isWorded({ url }: ProtocolRequest): boolean {
  try {
    return hasWordedErrors(parseNativePath(url)?.collection ?? '')
  } catch {
    return false // the path is what is wrong
  }
}

function isEvents(url: URL): boolean {
  return answerFormOf(url.searchParams) === 'events'
}

function isArrayStream({ url }: ProtocolRequest): boolean {
  return url.pathname.endsWith(':streamGenerateContent') && !isEvents(url)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
