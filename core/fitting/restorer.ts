import { listOf } from '../call/judge.ts'
import type { Candidate, GenerateContentResponse, Part } from '../canonical.ts'
import { isRecord } from '../codec/request-values.ts'

type Restore = (value: unknown) => unknown

/** What takes the values that a model made for compiled schemas back to what the client's schemas mean. */
export interface Restores {
  /** Arguments, by Google's name of the function. */
  readonly parameters: ReadonlyMap<string, Restore>
  /** Of an answer in JSON; undefined where it can pass as it comes. */
  readonly response: Restore | undefined
}

/** Takes one answer's values back, chunk by chunk or whole. */
export interface Restorer {
  restore(reply: GenerateContentResponse): GenerateContentResponse
}

/**
 * A restorer; one an answer. A text that must be restored is held back until its candidate ends, since half a JSON
 * cannot be.
 */
export function createRestorer({ parameters, response }: Restores): Restorer {
  const held = new Map<number, string>()

  function restoreCandidate(candidate: Candidate): Candidate {
    const parts = listOf(candidate.content?.parts)
    const called = parameters.size > 0 ? parts.map(restoreCall) : parts
    const told = response ? restoreTexts(candidate, called, response) : called
    return told === parts ? candidate : { ...candidate, content: { ...candidate.content, parts: [...told] } }
  }

  function restoreCall(part: Part): Part {
    const { functionCall: call } = part
    const restore = isRecord(call) ? parameters.get(String(call.name)) : undefined
    if (!restore || !isRecord(call)) return part
    const args = restore(call.args ?? {})
    return isRecord(args) ? { ...part, functionCall: { ...call, args } } : part
  }

  function restoreTexts(candidate: Candidate, parts: readonly Part[], restore: Restore): Part[] {
    const index = candidate.index ?? 0
    const texts = parts.filter(isAnswer)
    const text = (held.get(index) ?? '') + texts.map((part) => part.text).join('')
    held.set(index, text)
    const rest = parts.flatMap((part) => (isAnswer(part) ? carried(part) : [part]))
    if (candidate.finishReason === undefined || text === '') return rest
    held.delete(index)
    return [{ text: restoredText(text, restore) }, ...rest]
  }

  return {
    restore(reply) {
      const { candidates } = reply
      return candidates ? { ...reply, candidates: listOf(candidates).map(restoreCandidate) } : reply
    },
  }
}

function isAnswer({ text, thought }: Part): boolean {
  return typeof text === 'string' && thought !== true
}

/** A signature that came with a held text. */
function carried({ thoughtSignature }: Part): Part[] {
  return thoughtSignature === undefined ? [] : [{ text: '', thoughtSignature }]
}

/** JSON that was cut off stays as it is. */
function restoredText(text: string, restore: Restore): string {
  try {
    return JSON.stringify(restore(JSON.parse(text)))
  } catch {
    return text
  }
}
