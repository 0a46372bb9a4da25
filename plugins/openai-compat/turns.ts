import type { Content } from '../../core/canonical.ts'
import { type Said, toContents as toTurns } from '../../core/codec/conversation.ts'
import { signed } from '../../core/codec/signatures.ts'
import type { FunctionNames } from '../../core/schema-compiler/function-names.ts'
import type { Message, ToolMessage } from './messages.ts'
import type { ToolCall } from './tool-messages.ts'

/** The conversation in Google's contents; the system's messages are not among them. */
export function toContents(messages: readonly Message[], names: FunctionNames): Content[] {
  return toTurns(messages.flatMap((message) => toSaid(message, names)))
}

function toSaid(message: Message, names: FunctionNames): Said[] {
  switch (message.role) {
    case 'system':
      return []
    case 'user':
      return [{ role: 'user', parts: message.parts }]
    case 'assistant':
      return [
        { role: 'model', parts: [...message.parts, ...message.calls.map((call) => toPart(call, names))] },
      ]
    case 'tool':
      return [{ role: 'user', results: [toResult(message, names)], parts: [] }]
  }
}

function toPart({ id, name, args, signature }: ToolCall, names: FunctionNames) {
  const functionCall = { ...(id !== undefined && { id }), name: names.toGemini(name), args }
  return signed({ functionCall }, signature)
}

function toResult({ id, name, text, response }: ToolMessage, names: FunctionNames) {
  return { id, name: name === undefined ? undefined : names.toGemini(name), text, response }
}
