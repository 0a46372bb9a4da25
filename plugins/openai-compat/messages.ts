import type { Part } from '../../core/canonical.ts'
import { toMediaPart } from '../../core/codec/media.ts'
import {
  optional,
  refuse,
  required,
  shown,
  toFilledText,
  toList,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'
import { signed } from '../../core/codec/signatures.ts'
import { toResponse } from '../../core/codec/tool-response.ts'
import { unknownNames } from '../../core/codec/unknown-names.ts'
import type { ModelTraits } from '../../core/models.ts'
import { toTexts, toUserParts } from './message-parts.ts'
import { readCallId, signatureIn, signaturesInDetails } from './signatures.ts'
import { readToolCalls, type ToolCall } from './tool-messages.ts'

/** A message of the request, checked, its content in Google's parts. */
export type Message =
  | { readonly role: 'system' | 'user'; readonly parts: readonly Part[] }
  | { readonly role: 'assistant'; readonly parts: readonly Part[]; readonly calls: readonly ToolCall[] }
  | ToolMessage

/** What a tool answered; the deprecated `function` role names the function instead of the call. */
export interface ToolMessage {
  readonly role: 'tool'
  readonly id: string | undefined
  readonly name: string | undefined
  readonly text: string
  readonly response: Readonly<Record<string, unknown>>
}

type Fields = Readonly<Record<string, unknown>>

/** Reads and checks every message; undocumented fields are named in `notes`. */
export function readMessages(
  body: Fields,
  traits: ModelTraits,
  notes: string[],
): { messages: Message[]; ignored: string[] } {
  const list = required(body, 'messages', toList)
  if (list.length === 0) refuse('invalid_value', 'messages', "'messages' must hold at least one message")
  const ignored = new Set<string>()
  const messages = list.map((each, index) => {
    const param = `messages[${index}]`
    const message = toRecord(each, param)
    for (const name of unknownNames(message, FIELDS)) ignored.add(`messages[].${name}`)
    return readMessage(message, param, traits, notes)
  })
  return { messages, ignored: [...ignored].slice(0, 10) }
}

/** Fields of messages that are documented, or that the answers of this gateway have. */
const FIELDS = new Set([
  'annotations',
  'audio',
  'content',
  'extra_content',
  'function_call',
  'images',
  'name',
  'provider_specific_fields',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
  'refusal',
  'role',
  'tool_call_id',
  'tool_calls',
])

function readMessage(message: Fields, param: string, traits: ModelTraits, notes: string[]): Message {
  const role = required(message, 'role', toText, `${param}.role`)
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', parts: textsOf(message, param).map((text) => ({ text })) }
    case 'user':
      return {
        role,
        parts: required(message, 'content', (c, at) => toUserParts(c, at, traits), `${param}.content`),
      }
    case 'assistant':
      return readAssistant(message, param, notes)
    case 'tool':
      return readToolMessage(message, param, 'tool_call_id')
    case 'function':
      return readToolMessage(message, param, 'name')
    default:
      return refuse(
        'invalid_value',
        `${param}.role`,
        `'${param}.role' must be one of ${ROLES}, not ${shown(role)}`,
      )
  }
}

const ROLES = "'system', 'developer', 'user', 'assistant', 'tool', 'function'"

function textsOf(message: Fields, param: string): string[] {
  return required(message, 'content', toTexts, `${param}.content`)
}

function readAssistant(message: Fields, param: string, notes: string[]): Message {
  if (message.audio != null && message.content == null)
    refuse('unsupported_value', `${param}.audio`, 'Spoken answers are not kept: send their words as content')
  const texts = optional(message, 'content', toTexts, `${param}.content`) ?? []
  const refusal = optional(message, 'refusal', toFilledText, `${param}.refusal`)
  const calls = readToolCalls(message, param, notes)
  const all = refusal === undefined ? texts : [...texts, refusal]
  // Answers without content (blocked, or all of it thoughts) have a null there, and come back with it.
  if (message.content === undefined && calls.length === 0 && message.images == null && all.length === 0)
    refuse(
      'missing_required_parameter',
      `${param}.content`,
      `Missing required parameter: '${param}.content' (only a message with calls needs none)`,
    )
  const parts = [
    ...signedTexts(all, signatureIn(message) ?? signaturesInDetails(message).get('')),
    ...imagesOf(message, param),
  ]
  return { role: 'assistant', parts, calls }
}

/** A signature belongs to the last text; alone it travels on an empty one. */
function signedTexts(texts: readonly string[], signature: string | undefined): Part[] {
  const parts: Part[] = texts.map((text) => ({ text }))
  if (signature === undefined) return parts
  const last = parts.pop() ?? { text: '' }
  return [...parts, signed(last, signature)]
}

/** Pictures of an earlier answer, in the form that this gateway gives them in. */
function imagesOf(message: Fields, param: string): Part[] {
  const images = optional(message, 'images', toList, `${param}.images`) ?? []
  return images.map((each, index) => {
    const place = `${param}.images[${index}]`
    const image = toRecord(each, place)
    const holder = required(image, 'image_url', toRecord, `${place}.image_url`)
    const url = required(holder, 'url', toFilledText, `${place}.image_url.url`)
    return signed(toMediaPart(url, `${place}.image_url.url`), signatureIn(image))
  })
}

function readToolMessage(message: Fields, param: string, key: 'tool_call_id' | 'name'): ToolMessage {
  const named = required(message, key, toFilledText, `${param}.${key}`)
  const text = (optional(message, 'content', toTexts, `${param}.content`) ?? []).join('')
  return {
    role: 'tool',
    id: key === 'tool_call_id' ? readCallId(named).id : undefined,
    name: key === 'name' ? named : undefined,
    text,
    response: toResponse(text),
  }
}
