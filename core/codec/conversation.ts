import type { Content, Part } from '../canonical.ts'
import { isRecord } from './request-values.ts'

/** One message of a client's conversation, its content in Google's parts; calls lie among the model's. */
export type Said =
  | { readonly role: 'model'; readonly parts: readonly Part[] }
  | { readonly role: 'user'; readonly results?: readonly ToolResult[]; readonly parts: readonly Part[] }

/** What a tool answered. It belongs to the call of its id, or where it has none to the call of its name. */
export interface ToolResult {
  readonly id: string | undefined
  /** Google's name of the function. */
  readonly name: string | undefined
  readonly response: Readonly<Record<string, unknown>>
  /** Pictures and the like that belong into the response. */
  readonly parts?: readonly Part[]
  /** The same for models that take none there: they follow the responses. */
  readonly beside?: readonly Part[]
  /** The answer in words, for a result whose call is not there. */
  readonly text: string
}

/**
 * The conversation as Gemini takes it: roles alternate, a user begins, every step of calls is answered in the
 * order of the calls by the content right after it, and no content is empty. A missing result is made up, one
 * without its call becomes a text.
 */
export function toContents(conversation: readonly Said[]): Content[] {
  const contents: Turn[] = []
  let index = 0
  while (index < conversation.length) {
    const step = runOf(conversation, index, 'model')
    const after = runOf(conversation, index + step.length, 'user')
    index += step.length + after.length
    const parts = step.flatMap((said) => said.parts)
    add(contents, 'model', parts)
    add(contents, 'user', answersTo(parts.flatMap(toToolCall), after))
  }
  return contents[0]?.role === 'model' ? [BEGINNING, ...contents] : contents
}

/** Gemini takes no conversation that its model begins. */
const BEGINNING: Content = { role: 'user', parts: [{ text: '(The conversation begins.)' }] }

interface Turn {
  readonly role: Said['role']
  readonly parts: Part[]
}

function runOf<Role extends Said['role']>(
  conversation: readonly Said[],
  start: number,
  role: Role,
): readonly Extract<Said, { role: Role }>[] {
  let end = start
  while (conversation[end]?.role === role) end++
  return conversation.slice(start, end) as unknown as Extract<Said, { role: Role }>[]
}

function add(contents: Turn[], role: Turn['role'], parts: readonly Part[]): void {
  if (parts.length === 0) return
  const last = contents.at(-1)
  if (last?.role !== role) contents.push({ role, parts: [...parts] })
  else for (const part of parts) last.parts.push(part)
}

interface ToolCall {
  readonly id: string | undefined
  readonly name: string
}

function toToolCall({ functionCall: call }: Part): ToolCall[] {
  if (!isRecord(call)) return []
  return [{ id: typeof call.id === 'string' ? call.id : undefined, name: String(call.name) }]
}

/** Each call's answer in the order of the calls, then what the user said beside them. */
function answersTo(calls: readonly ToolCall[], after: readonly Extract<Said, { role: 'user' }>[]): Part[] {
  const open = new Map<string, ToolResult[]>()
  for (const result of after.flatMap(({ results = [] }) => results)) {
    const others = open.get(keyOf(result))
    if (others) others.push(result)
    else open.set(keyOf(result), [result])
  }
  const used = new Set<ToolResult>()
  const answers = calls.map((call) => {
    const result = open.get(keyOf(call))?.shift()
    if (result) used.add(result)
    return toResponsePart(call, result)
  })
  const rest = after.flatMap(({ results = [], parts }) => [
    ...results.flatMap((result) => (used.has(result) ? (result.beside ?? []) : toOrphan(result))),
    ...parts,
  ])
  return [...answers, ...rest]
}

/** Calls and results belong together by the call's id, those of older protocols by the name. */
function keyOf({ id, name }: { readonly id: string | undefined; readonly name: string | undefined }): string {
  return id === undefined ? `name ${name}` : `id ${id}`
}

function toResponsePart({ id, name }: ToolCall, result: ToolResult | undefined): Part {
  const response = result?.response ?? { error: 'no result' }
  const parts = result?.parts?.length ? { parts: result.parts } : {}
  return { functionResponse: { ...(id !== undefined && { id }), name, response, ...parts } }
}

function toOrphan({ id, name, text, parts = [], beside = [] }: ToolResult): Part[] {
  const of = id === undefined ? `the function ${name}` : `the tool call ${id}`
  return [{ text: `Result of ${of}: ${text}` }, ...parts, ...beside]
}
