import type { Part } from '../../core/canonical.ts'
import type { Said, ToolResult } from '../../core/codec/conversation.ts'
import { refuse, required, shown, toList, toRecord, toText } from '../../core/codec/request-values.ts'
import { unknownNames } from '../../core/codec/unknown-names.ts'
import type { ModelTraits } from '../../core/models.ts'
import type { FunctionNames } from '../../core/schema-compiler/function-names.ts'
import { readBlocks, readText } from './blocks-in.ts'
import { readModelContent } from './model-content.ts'
import { readDocument, readImage, readSearchResult } from './sources.ts'
import { readSystem } from './system.ts'
import { readToolResult } from './tool-results.ts'

/** What messages are read for, and where it is said what was lost. */
export interface Surroundings {
  readonly traits: ModelTraits
  readonly names: FunctionNames
  /** The family of the model; signatures of others are left out. */
  readonly family: string
  readonly notes: string[]
}

/** The conversation, and what the system said amid it. */
export interface Conversation {
  readonly said: readonly Said[]
  readonly system: readonly Part[]
}

/** Reads and checks every message. */
export function readMessages(body: Readonly<Record<string, unknown>>, around: Surroundings): Conversation {
  const list = required(body, 'messages', toList)
  if (list.length === 0) refuse('invalid_value', 'messages', "'messages' must hold at least one message")
  const said: Said[] = []
  const system: Part[] = []
  const ignored = new Set<string>()
  for (const [index, each] of list.entries()) {
    const param = `messages.${index}`
    const message = toRecord(each, param)
    for (const name of unknownNames(message, FIELDS)) ignored.add(`messages.*.${name}`)
    const role = required(message, 'role', toText, `${param}.role`)
    const read = Object.hasOwn(ROLES, role) ? ROLES[role] : undefined
    if (role === 'system') system.push(...required(message, 'content', readSystem, `${param}.content`))
    else if (read)
      said.push(required(message, 'content', (content, at) => read(content, at, around), `${param}.content`))
    else refuseRole(role, param)
  }
  if (ignored.size > 0) around.notes.push(`ignored: ${[...ignored].slice(0, 10).join(', ')}`)
  return { said, system }
}

/** Fields of messages that are documented, and those of answers that come back whole; Claude Code notes its effort there. */
const FIELDS = new Set([
  'content',
  'context_management',
  'container',
  'diagnostics',
  'id',
  'model',
  'output_config',
  'role',
  'stop_details',
  'stop_reason',
  'stop_sequence',
  'type',
  'usage',
])

const ROLES: Readonly<Record<string, (content: unknown, param: string, around: Surroundings) => Said>> = {
  user: readUser,
  assistant: (content, param, around) => ({ role: 'model', parts: readModelContent(content, param, around) }),
}

function refuseRole(role: string, param: string): never {
  return refuse(
    'invalid_value',
    `${param}.role`,
    `'${param}.role' must be one of 'user', 'assistant', 'system', not ${shown(role)}`,
  )
}

interface Answered {
  readonly result: ToolResult
}

function readUser(content: unknown, param: string, around: Surroundings): Said {
  const pieces = readBlocks<Answered>(content, param, {
    text: (block, place) => [readText(block, place)],
    image: readImage,
    document: readDocument,
    search_result: readSearchResult,
    tool_result: (block, place) => [{ result: readToolResult(block, place, around) }],
  })
  const results = pieces.flatMap((piece) => (isAnswered(piece) ? [piece.result] : []))
  const parts = pieces.flatMap((piece) => (isAnswered(piece) ? [] : [piece]))
  return { role: 'user', results, parts }
}

function isAnswered(piece: Answered | Part): piece is Answered {
  return 'result' in piece
}
