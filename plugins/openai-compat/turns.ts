import type { Content, Part } from '../../core/canonical.ts'
import type { Message, ToolMessage } from './messages.ts'
import { signed } from './signatures.ts'
import type { ToolCall } from './tool-messages.ts'
import type { ToolNames } from './tool-names.ts'

/**
 * The conversation as Gemini takes it: roles alternate, a user begins, every step of calls is answered in the
 * order of the calls by the content right after it, and no content is empty. System messages are not among them.
 */
export function toContents(messages: readonly Message[], names: ToolNames): Content[] {
  const contents: Turn[] = []
  const said = messages.filter(({ role }) => role !== 'system')
  let index = 0
  while (index < said.length) {
    const step = runOf(said, index, (role) => role === 'assistant')
    const after = runOf(said, index + step.length, (role) => role !== 'assistant')
    index += step.length + after.length
    const { parts, calls } = toStep(step, names)
    const { answers, rest } = match(calls, after, names)
    add(contents, 'model', parts)
    add(contents, 'user', [...answers, ...rest])
  }
  return contents[0]?.role === 'model' ? [BEGINNING, ...contents] : contents
}

/** Gemini takes no conversation that its model begins. */
const BEGINNING: Content = { role: 'user', parts: [{ text: '(The conversation begins.)' }] }

function runOf(
  messages: readonly Message[],
  start: number,
  belongs: (role: Message['role']) => boolean,
): readonly Message[] {
  let end = start
  while (end < messages.length && belongs(messages[end]!.role)) end++
  return messages.slice(start, end)
}

function add(contents: Turn[], role: Turn['role'], parts: readonly Part[]): void {
  if (parts.length === 0) return
  const last = contents.at(-1)
  if (last?.role !== role) contents.push({ role, parts: [...parts] })
  else for (const part of parts) last.parts.push(part)
}

interface Turn {
  readonly role: 'user' | 'model'
  readonly parts: Part[]
}

/** What the model said between two turns of the user: its words first, then its calls. */
function toStep(
  messages: readonly Message[],
  names: ToolNames,
): { parts: Part[]; calls: readonly ToolCall[] } {
  const assistants = messages.flatMap((message) => (message.role === 'assistant' ? [message] : []))
  const calls = assistants.flatMap((message) => message.calls)
  const made = calls.map(({ id, name, args, signature }) =>
    signed(
      { functionCall: { ...(id !== undefined && { id }), name: names.toGoogle(name), args } },
      signature,
    ),
  )
  return { parts: [...assistants.flatMap(({ parts }) => parts), ...made], calls }
}

/** Each call's answer in the order of the calls; a missing one is made up, one without a call becomes a text. */
function match(
  calls: readonly ToolCall[],
  messages: readonly Message[],
  names: ToolNames,
): { answers: Part[]; rest: Part[] } {
  const open = new Map<string, ToolMessage[]>()
  for (const message of messages) {
    if (message.role !== 'tool') continue
    const key = keyOf(message)
    const others = open.get(key)
    if (others) others.push(message)
    else open.set(key, [message])
  }
  const used = new Set<Message>()
  const answers = calls.map((call) => {
    const answer = open.get(keyOf(call))?.shift()
    if (answer) used.add(answer)
    const response = answer?.response ?? { error: 'no result' }
    const id = call.id === undefined ? {} : { id: call.id }
    return { functionResponse: { ...id, name: names.toGoogle(call.name), response } }
  })
  const rest = messages.flatMap((message) => {
    if (message.role !== 'tool') return message.parts
    return used.has(message) ? [] : [toOrphan(message)]
  })
  return { answers, rest }
}

/** Calls and results belong together by the call's id, those of the deprecated functions by the name. */
function keyOf({ id, name }: { readonly id: string | undefined; readonly name: string | undefined }): string {
  return id === undefined ? `name ${name}` : `id ${id}`
}

function toOrphan({ id, name, text }: ToolMessage): Part {
  return { text: `Result of ${id === undefined ? `the function ${name}` : `the tool call ${id}`}: ${text}` }
}
