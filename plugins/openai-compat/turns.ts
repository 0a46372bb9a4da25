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
  const contents: Content[] = []
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
  const length = messages.slice(start).findIndex(({ role }) => !belongs(role))
  return messages.slice(start, length < 0 ? undefined : start + length)
}

function add(contents: Content[], role: 'user' | 'model', parts: readonly Part[]): void {
  if (parts.length === 0) return
  const last = contents.at(-1)
  if (last?.role === role) contents[contents.length - 1] = { role, parts: [...(last.parts ?? []), ...parts] }
  else contents.push({ role, parts: [...parts] })
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
  const open = new Set(messages.flatMap((message) => (message.role === 'tool' ? [message] : [])))
  const answers = calls.map((call) => {
    const answer = [...open].find((each) => isAnswer(each, call))
    if (answer) open.delete(answer)
    const response = answer?.response ?? { error: 'no result' }
    const id = call.id === undefined ? {} : { id: call.id }
    return { functionResponse: { ...id, name: names.toGoogle(call.name), response } }
  })
  const rest = messages.flatMap((message) => {
    if (message.role !== 'tool') return message.parts
    return open.has(message) ? [toOrphan(message)] : []
  })
  return { answers, rest }
}

function isAnswer({ id, name }: ToolMessage, call: ToolCall): boolean {
  return id === undefined ? name === call.name : id === call.id
}

function toOrphan({ id, name, text }: ToolMessage): Part {
  return { text: `Result of ${id === undefined ? `the function ${name}` : `the tool call ${id}`}: ${text}` }
}
