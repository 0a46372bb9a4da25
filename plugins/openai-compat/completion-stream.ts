import { isBlocked, listOf } from '../../core/call/judge.ts'
import { newestUsage } from '../../core/call/newest-usage.ts'
import type { Candidate, GenerateContentResponse, Part, UsageMetadata } from '../../core/canonical.ts'
import { toUnendedError } from '../../core/codec/endings.ts'
import { plainText } from '../../core/codec/plain-text.ts'
import type { Call, StreamEncoder } from '../../core/plugin.ts'
import { askedOf } from './asked.ts'
import { type Choice, createChoiceReader, type Delta } from './choice.ts'
import { headOf, lastDeltas } from './completion.ts'
import { toErrorBody } from './error-body.ts'
import { refuseBroken, toFinishReason } from './finish-reasons.ts'
import { type Logprobs, toLogprobs } from './logprobs.ts'
import { toAudio } from './sound.ts'
import { toUsage } from './usage.ts'

interface StreamedChoice extends Choice {
  /** All of a chunk with a text before the text itself. */
  readonly beforeText: string
}

/**
 * A streamed chat completion: https://platform.openai.com/docs/api-reference/chat/streaming
 * Reasons to finish are held back to the end, because Google may state one before its last content.
 */
export function createCompletionStream(call: Call): StreamEncoder {
  const asked = askedOf(call)
  const reader = createChoiceReader(asked, call.id)
  const { id, created, model } = headOf(call)
  const head = `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model }).slice(0, -1)},"choices":[`
  const tail = asked.includeUsage ? '],"usage":null}\n\n' : ']}\n\n'
  const afterText = `},"logprobs":null,"finish_reason":null}${tail}`
  const choices: StreamedChoice[] = []
  let usage: UsageMetadata | undefined
  let blocked = false

  function choiceAt(index: number): StreamedChoice | undefined {
    return choices.find((choice) => choice.index === index)
  }

  function event(index: number, delta: unknown, logprobs: Logprobs | null, reason: string | null): string {
    return `${head}${JSON.stringify({ index, delta, logprobs, finish_reason: reason })}${tail}`
  }

  /** OpenAI begins a choice that speaks with an empty text, and one that calls with none. */
  function begin(index: number, speaks: boolean): { choice: StreamedChoice; text: string } {
    const beforeText = `${head}{"index":${index},"delta":{"content":`
    const choice: StreamedChoice = { index, calls: 0, spoken: false, text: '', beforeText }
    choices.push(choice)
    return { choice, text: event(index, { role: 'assistant', content: speaks ? '' : null }, null, null) }
  }

  function add(candidate: Candidate, position: number): string {
    const index = candidate.index ?? position
    const known = choiceAt(index)
    const plain = known && plainText(candidate)
    if (plain !== undefined) {
      known!.spoken = true
      known!.text += plain
      return known!.beforeText + JSON.stringify(plain) + afterText
    }
    const { choice, text } = known ? { choice: known, text: '' } : begin(index, beginsWithText(candidate))
    const deltas: readonly Delta[] = reader.read(candidate, choice)
    let logprobs = toLogprobs(candidate)
    if (deltas.length === 0 && logprobs) return text + event(index, {}, logprobs, null)
    let events = text
    for (const delta of deltas) {
      events += event(index, shown(delta), logprobs, null)
      logprobs = null
    }
    return events
  }

  function shown(delta: Delta): unknown {
    return delta.audio
      ? { ...delta, audio: toAudio([delta.audio], asked.sound, { id, created, model }) }
      : delta
  }

  function ending(choice: StreamedChoice): string {
    if (choice.reason === undefined && !blocked) throw toUnendedError()
    const before = lastDeltas(choice).map((delta) => event(choice.index, delta, null, null))
    return before.join('') + event(choice.index, {}, null, toFinishReason(choice, blocked, asked))
  }

  return {
    contentType: 'text/event-stream; charset=utf-8',
    chunk(chunk: GenerateContentResponse) {
      if (chunk.usageMetadata) usage = newestUsage(usage, chunk.usageMetadata)
      if (chunk.promptFeedback) blocked ||= isBlocked(chunk)
      const candidates = listOf(chunk.candidates)
      if (candidates.length === 1) return add(candidates[0]!, 0)
      return candidates.map(add).join('')
    },
    end() {
      refuseBroken(choices)
      const begun = choices.length === 0 ? begin(0, false).text : ''
      const endings = choices.map(ending).join('')
      const counts =
        asked.includeUsage && usage ? `${head}],"usage":${JSON.stringify(toUsage(usage))}}\n\n` : ''
      return `${begun}${endings}${counts}data: [DONE]\n\n`
    },
    error: (error) => `data: ${JSON.stringify(toErrorBody(error).body)}\n\n`,
    heartbeat: () => ': ping\n\n',
  }
}

function beginsWithText(candidate: Candidate): boolean {
  const [first]: readonly Part[] = listOf(candidate.content?.parts)
  return first !== undefined && first.thought !== true && typeof first.text === 'string' && first.text !== ''
}
