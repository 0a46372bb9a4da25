import type { GenerateContentResponse } from '../canonical.ts'
import { isRecord } from '../codec/request-values.ts'
import { isGatewayError } from '../errors.ts'

type Chunk = GenerateContentResponse

/**
 * Plugins may be plain JavaScript, so what their hooks hand on is looked at: nobody else should fail by it, and be
 * blamed. Each function returns what it is given, and throws a TypeError for what can be none.
 */
export const handedOn = {
  call<T>(call: T): T {
    if (call === undefined || isCall(call)) return call
    throw new TypeError('The hook returned what is no call: copy the one that it got, { ...call, request }')
  },

  reply<T>(reply: T): T {
    if (reply === undefined || isAnswer(reply)) return reply
    throw new TypeError('The hook returned neither an answer nor nothing')
  },

  /** One, several or none, as a list. */
  chunks(made: Chunk | readonly Chunk[] | undefined | void): readonly Chunk[] | undefined {
    return made === undefined ? undefined : [made].flat().map(handedOn.chunk)
  },

  /** A promise is none: it must be there at once. */
  chunk<T>(chunk: T): T {
    if (isAnswer(chunk)) return chunk
    throw new TypeError('The hook returned what is no chunk')
  },

  error<T>(error: T): T {
    if (error === undefined || isGatewayError(error)) return error
    throw new TypeError('The hook returned neither a GatewayError nor nothing')
  },

  models<T>(list: T): T {
    if (list === undefined || (Array.isArray(list) && list.every(hasName))) return list
    throw new TypeError('The hook returned what is no list of models, each with its name')
  },

  name<T>(name: T): T {
    if (name === undefined || isText(name)) return name
    throw new TypeError('The hook returned neither the name of a model nor nothing')
  },

  client<T>(client: T): T {
    if (!client || hasName(client)) return client
    throw new TypeError('The hook returned neither a client, { name }, nor nothing')
  },

  socketHandler<T>(handler: T): T {
    if (isRecord(handler) && typeof handler.message === 'function') return handler
    throw new TypeError('The route returned what cannot answer a WebSocket: { message(socket, data) }')
  },

  /** Whether a filter wants a call: only `false` is no. */
  wish(answer: unknown): boolean {
    if (typeof answer !== 'object') return answer !== false
    throw new TypeError('The filter must return true or false, at once')
  },
}

function isCall(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.model === 'string' &&
    isRecord(value.request) &&
    Array.isArray(value.notes)
  )
}

function isAnswer(value: unknown): boolean {
  return isRecord(value) && !('then' in value)
}

function hasName(value: unknown): boolean {
  return isRecord(value) && isText(value.name)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
