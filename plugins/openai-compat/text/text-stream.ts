import { isBlocked, listOf } from '../../../core/call/judge.ts'
import { newestUsage } from '../../../core/call/newest-usage.ts'
import type { Candidate, GenerateContentResponse, UsageMetadata } from '../../../core/canonical.ts'
import { toUnendedError } from '../../../core/codec/endings.ts'
import type { Call, StreamEncoder } from '../../../core/plugin.ts'
import { NOTHING_ASKED } from '../asked.ts'
import { toErrorBody } from '../error-body.ts'
import { refuseBroken, toFinishReason } from '../finish-reasons.ts'
import { toUsage } from '../usage.ts'
import { echoOf, type TextAsked } from './asked.ts'
import { beginChoice, createTextReader, type ReadChoice, type TextChoice } from './text-choice.ts'
import { textHeadOf } from './text-completion.ts'

/** A streamed legacy completion: https://platform.openai.com/docs/api-reference/completions */
export function createTextStream(call: Call, asked: TextAsked): StreamEncoder {
  const { includeUsage } = asked
  const read = createTextReader(call.id)
  const head = textHeadOf(call)
  const choices: ReadChoice[] = []
  let usage: UsageMetadata | undefined
  let blocked = false

  function event(told: readonly TextChoice[], counts: unknown = null): string {
    return `data: ${JSON.stringify({ ...head, choices: told, ...(includeUsage && { usage: counts }) })}\n\n`
  }

  function add(candidate: Candidate, position: number): string {
    const index = candidate.index ?? position
    const echo = echoOf(asked, index)
    const known = choices.find((choice) => choice.index === index)
    const choice = known ?? beginChoice(index, echo)
    if (!known) choices.push(choice)
    const { text, logprobs } = read(candidate, choice)
    const said = known ? text : echo + text
    return said === '' && !logprobs ? '' : event([{ text: said, index, logprobs, finish_reason: null }])
  }

  function ending(choice: ReadChoice): string {
    if (choice.reason === undefined && !blocked) throw toUnendedError()
    const finish_reason = toFinishReason({ ...choice, calls: 0 }, blocked, NOTHING_ASKED)
    return event([{ text: '', index: choice.index, logprobs: null, finish_reason }])
  }

  return {
    contentType: 'text/event-stream; charset=utf-8',
    chunk(chunk: GenerateContentResponse) {
      if (chunk.usageMetadata) usage = newestUsage(usage, chunk.usageMetadata)
      if (chunk.promptFeedback) blocked ||= isBlocked(chunk)
      return listOf(chunk.candidates).map(add).join('')
    },
    end() {
      refuseBroken(choices)
      const begun = choices.length === 0 ? add({}, 0) : ''
      const endings = choices.map(ending).join('')
      const counts = includeUsage && usage ? event([], toUsage(usage)) : ''
      return `${begun}${endings}${counts}data: [DONE]\n\n`
    },
    error: (error) => `data: ${JSON.stringify(toErrorBody(error).body)}\n\n`,
    heartbeat: () => ': ping\n\n',
  }
}
