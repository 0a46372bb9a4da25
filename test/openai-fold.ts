import { Buffer } from 'node:buffer'

/** A streamed chat completion, folded as a client folds it. */
export interface FoldedStream {
  readonly completion: Record<string, unknown> | undefined
  readonly error: { readonly message: string; readonly code: string | null } | undefined
  /** Whether it ended with `[DONE]`. */
  readonly done: boolean
}

interface Chunk {
  readonly id: string
  readonly choices: readonly StreamedChoice[]
  readonly usage?: unknown
  readonly error?: FoldedStream['error']
  readonly [field: string]: unknown
}

interface StreamedChoice {
  readonly index: number
  readonly delta: Record<string, unknown>
  readonly logprobs: { content: unknown[] } | null
  readonly finish_reason: string | null
}

interface Choice {
  index: number
  message: Record<string, unknown>
  logprobs: { content: unknown[] } | null
  finish_reason: string | null
}

/**
 * The whole answer that the chunks of a stream tell. Throws where a chunk breaks a rule: another id, a choice
 * that does not begin with its role, a second finish reason, or content after one.
 */
export function foldStream(text: string): FoldedStream {
  const data = text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice(6))
  const done = data.at(-1) === '[DONE]'
  const chunks = (done ? data.slice(0, -1) : data).map((each) => JSON.parse(each) as Chunk)
  const error = chunks.find((chunk) => chunk.error)?.error
  const told = chunks.filter((chunk) => !chunk.error)
  return { completion: told.length > 0 ? foldChunks(told) : undefined, error, done }
}

function foldChunks(chunks: readonly Chunk[]): Record<string, unknown> {
  const choices: Choice[] = []
  const [{ choices: _, usage: __, object: ___, ...head }] = chunks as [Chunk]
  let usage: unknown
  for (const chunk of chunks) {
    if (chunk.id !== head.id) throw new Error(`the id changed to ${chunk.id}`)
    if (usage) throw new Error('something came after the usage')
    for (const choice of chunk.choices) foldChoice(choices, choice)
    if (chunk.choices.length === 0) usage = chunk.usage
  }
  return { ...head, object: 'chat.completion', choices, ...(usage !== undefined && { usage }) }
}

function foldChoice(choices: Choice[], { index, delta, logprobs, finish_reason }: StreamedChoice): void {
  let choice = choices.find((each) => each.index === index)
  if (!choice) {
    if (delta.role !== 'assistant') throw new Error('a choice did not begin with its role')
    choice = { index, message: { content: null, refusal: null }, logprobs: null, finish_reason: null }
    choices.push(choice)
  } else if (delta.role !== undefined) throw new Error('the role came twice')
  if (choice.finish_reason !== null) throw new Error('something came after the end of a choice')
  foldDelta(choice.message, delta)
  if (logprobs) {
    if (choice.logprobs) choice.logprobs.content.push(...logprobs.content)
    else choice.logprobs = structuredClone(logprobs)
  }
  choice.finish_reason = finish_reason
}

function foldDelta(message: Record<string, unknown>, delta: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(delta)) {
    if (value === null) continue
    if (name === 'audio') message[name] = foldSound(message[name] as Sound | undefined, value as Sound)
    else if (name === 'tool_calls') message[name] = foldCalls(message[name] as unknown[], value as Indexed[])
    else if (Array.isArray(value)) message[name] = [...((message[name] as unknown[]) ?? []), ...value]
    else if (TEXTS.has(name)) message[name] = `${message[name] ?? ''}${value}`
    else message[name] = value
  }
}

const TEXTS = new Set(['content', 'reasoning_content', 'reasoning'])

interface Sound {
  readonly data: string
}

/** Pieces of sound follow one another; each is base64 by itself. */
function foldSound(before: Sound | undefined, piece: Sound): Sound {
  const bytes = [before, piece].map((each) => Buffer.from(each?.data ?? '', 'base64'))
  return { ...piece, data: Buffer.concat(bytes).toString('base64') }
}

interface Indexed {
  readonly index: number
}

/** Each call comes in one piece here; a client takes its place from the index. */
function foldCalls(calls: unknown[] = [], pieces: readonly Indexed[]): unknown[] {
  for (const { index, ...call } of pieces) {
    if (index !== calls.length) throw new Error(`call ${index} came at place ${calls.length}`)
    calls.push(call)
  }
  return calls
}
