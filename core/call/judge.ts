import type { GenerateContentResponse, Part, UsageMetadata } from '../canonical.ts'
import { newestUsage } from './newest-usage.ts'

/**
 * Follows one generation, chunk by chunk (a whole reply is one chunk), and tells whether it is an answer.
 * Meaningful is every part but a thought and an empty text; kinds of part that nobody knows yet count too.
 */
export interface Judge {
  add(chunk: GenerateContentResponse): void
  /** There is a thought with content. */
  readonly thought: boolean
  /** Google said why it ended, or that it blocked the prompt. */
  readonly finished: boolean
  /** Enough to show to the client: content, or an end that is an answer in itself. */
  readonly answered: boolean
  /** A failure that Google tells as a success; asked when nothing meaningful came. */
  failure(): 'empty' | 'malformed_call' | undefined
  readonly usage: UsageMetadata | undefined
}

/** Starts to follow a generation. */
export function createJudge(): Judge {
  return new GenerationJudge()
}

/** A class, since thousands are made in a second: its methods are made once. */
class GenerationJudge implements Judge {
  thought = false
  usage: UsageMetadata | undefined = undefined
  #isMeaningful = false
  #isBlocked = false
  #finishReason: string | undefined = undefined

  get finished() {
    return this.#isBlocked || this.#finishReason !== undefined
  }

  get answered() {
    return this.failure() === undefined
  }

  add(chunk: GenerateContentResponse) {
    for (const candidate of listOf(chunk.candidates)) {
      for (const part of listOf(candidate.content?.parts)) {
        if (isMeaningful(part)) this.#isMeaningful = true
        else if (part.thought && part.text !== '') this.thought = true
      }
      if (isReason(candidate.finishReason)) this.#finishReason = candidate.finishReason
    }
    if (isBlocked(chunk)) this.#isBlocked = true
    if (chunk.usageMetadata) this.usage = newestUsage(this.usage, chunk.usageMetadata)
  }

  failure() {
    if (this.#isMeaningful || this.#isBlocked || isAnswerInItself(this.#finishReason)) return undefined
    return this.#finishReason === 'MALFORMED_FUNCTION_CALL' ? 'malformed_call' : 'empty'
  }
}

/** The objects of a list; Google's proxies write nulls where Google writes nothing. */
export function listOf<T extends object>(list: readonly T[] | null | undefined): readonly T[] {
  if (!Array.isArray(list)) return []
  return list.every(isObject) ? list : list.filter(isObject)
}

function isObject(item: unknown): boolean {
  return typeof item === 'object' && item !== null
}

function isMeaningful(part: Part): boolean {
  if (part.thought) return false
  for (const field in part) {
    if (field === 'text' ? part.text !== '' : !MODIFIERS.has(field)) return true
  }
  return false
}

/** Fields that say something about a part's data and are none themselves. */
const MODIFIERS = new Set(['thought', 'thoughtSignature', 'partMetadata', 'mediaResolution', 'videoMetadata'])

/** Whether Google said why a candidate ended. */
export function isReason(reason: unknown): reason is string {
  return typeof reason === 'string' && reason !== '' && reason !== 'FINISH_REASON_UNSPECIFIED'
}

/** Ends other than STOP (limits, safety, whatever Google adds) are answers even without content. */
function isAnswerInItself(reason: string | undefined): boolean {
  return reason !== undefined && reason !== 'STOP' && reason !== 'MALFORMED_FUNCTION_CALL'
}

/**
 * Whether Google blocked the prompt as a whole. Both spellings of "unspecified" mean "not blocked"; some blocks
 * carry only a message.
 */
export function isBlocked({ promptFeedback }: GenerateContentResponse): boolean {
  if (!promptFeedback) return false
  if (promptFeedback.blockReasonMessage) return true
  const { blockReason } = promptFeedback
  return typeof blockReason === 'string' && !/^BLOCK(ED)?_REASON_UNSPECIFIED$/.test(blockReason)
}
