import { isReason, listOf } from '../../../core/call/judge.ts'
import { newestUsage } from '../../../core/call/newest-usage.ts'
import type { Candidate, GenerateContentResponse, Part, UsageMetadata } from '../../../core/canonical.ts'
import { endingOf, toBrokenError } from '../../../core/codec/endings.ts'
import { plainText } from '../../../core/codec/plain-text.ts'
import { isRecord } from '../../../core/codec/request-values.ts'
import { toLogprobs } from '../logprobs.ts'
import type { ResponseAsked } from './asked.ts'
import { addCall, toCallId } from './call-item.ts'
import { type Citation, type Grounding, toCitations, toGrounding } from './citations.ts'
import type { Envelope } from './envelope.ts'
import { addPicture, addSearch, beginCode, endCode, type OpenCode } from './hosted-items.ts'
import { addText, beginMessage, endMessage, type OpenMessage } from './message-item.ts'
import { createOutputLog, type Emit } from './output-log.ts'
import {
  addEnvelope,
  addThought,
  beginReasoning,
  endReasoning,
  type OpenReasoning,
} from './reasoning-item.ts'
import { addServerTools } from './server-tools.ts'

/** How an output ended: whole, at a limit, or stopped by a filter. */
export type OutputEnd = 'completed' | 'max_output_tokens' | 'content_filter'

/** Writes the output of one response out of Google's chunks. */
export interface OutputWriter {
  add(chunk: GenerateContentResponse): void
  /**
   * Ends what is still being written. Throws a GatewayError where the model's output was broken and there is
   * nothing to show.
   */
  finish(blocked: boolean): OutputEnd
  readonly items: readonly Readonly<Record<string, unknown>>[]
  /** Whether Google said why it ended. */
  readonly ended: boolean
  readonly usage: UsageMetadata | undefined
}

/** Parts of Google's own tools that follow each other. */
interface OpenTools {
  readonly kind: 'tools'
  readonly parts: Part[]
}

type Open = OpenMessage | OpenReasoning | OpenCode | OpenTools

/** A writer; every event of its items goes to `emit`. `seed` is what the ids of the response share. */
export function createOutputWriter(asked: ResponseAsked, seed: string, emit: Emit): OutputWriter {
  const { include } = asked
  const log = createOutputLog(seed, emit)
  const container = `cntr_${seed}`
  let open: Open | undefined
  let calls = 0
  let searched = false
  let reason: string | undefined
  let finishMessage: string | undefined
  let metadata: Record<string, unknown> | undefined
  let usage: UsageMetadata | undefined

  function addCandidate(candidate: Candidate): void {
    const plain = open?.kind === 'message' ? plainText(candidate) : undefined
    if (plain !== undefined) {
      addText(log, open as OpenMessage, plain, [])
      return
    }
    if (isReason(candidate.finishReason)) reason = candidate.finishReason
    if (typeof candidate.finishMessage === 'string') finishMessage = candidate.finishMessage
    if (isRecord(candidate.groundingMetadata)) metadata = { ...metadata, ...candidate.groundingMetadata }
    let logprobs: readonly unknown[] = toLogprobs(candidate)?.content ?? []
    for (const part of listOf(candidate.content?.parts)) {
      if (typeof part.text !== 'string' || part.thought) addPart(part)
      else {
        say(part, logprobs)
        logprobs = []
      }
    }
  }

  function addPart(part: Part): void {
    if (part.thought) think(part)
    else if (isRecord(part.functionCall)) call(part, part.functionCall)
    else if (isRecord(part.inlineData)) show(part, part.inlineData)
    else if (isRecord(part.executableCode)) run(part)
    else if (isRecord(part.codeExecutionResult)) close(String(part.codeExecutionResult.output ?? ''))
    else if (part.toolCall || part.toolResponse) use(part)
  }

  function run(part: Part): void {
    close()
    open = beginCode(log, part, container)
  }

  function use(part: Part): void {
    if (open?.kind === 'tools') open.parts.push(part)
    else {
      close()
      open = { kind: 'tools', parts: [part] }
    }
  }

  function say({ text = '', thoughtSignature }: Part, logprobs: readonly unknown[]): void {
    if (text !== '') {
      if (open?.kind !== 'message') {
        close()
        open = beginMessage(log)
      }
      addText(log, open as OpenMessage, text, logprobs)
    }
    // A signature may come alone, after the text that it is of.
    if (open?.kind === 'message' && thoughtSignature !== undefined) open.signature = thoughtSignature
  }

  function think({ text }: Part): void {
    if (!text) return // a picture among thoughts is a draft
    if (open?.kind !== 'reasoning') {
      close()
      open = beginReasoning(log)
    }
    addThought(log, open as OpenReasoning, text)
  }

  function call({ thoughtSignature: signature }: Part, made: Record<string, unknown>): void {
    if (asked.oneCall && calls > 0) return
    const stated = String(made.name ?? '')
    const told = asked.tools.get(stated) ?? { kind: 'function' as const, name: stated }
    const id = typeof made.id === 'string' && made.id !== '' ? made.id : toCallId(seed, calls)
    calls++
    carry(signature === undefined ? undefined : { calls: { [id]: signature } })
    addCall(log, { id, told, args: isRecord(made.args) ? made.args : {}, signature })
  }

  /** Ends what is open, and lays an envelope before what comes next where the client keeps such. */
  function carry(envelope: Envelope | undefined): void {
    const wanted = include.signatures ? envelope : undefined
    if (open?.kind === 'reasoning' && wanted) {
      endReasoning(log, open, wanted)
      open = undefined
      return
    }
    close()
    if (wanted) addEnvelope(log, wanted)
  }

  function show({ thoughtSignature: signature }: Part, data: Record<string, unknown>): void {
    if (!String(data.mimeType).startsWith('image/')) return
    close()
    addPicture(log, data, signature)
    if (include.signatures && signature !== undefined) addEnvelope(log, { before: signature })
  }

  function close(logs?: string, citations: readonly Citation[] = [], isWhole = true): void {
    const ending = open
    open = undefined
    switch (ending?.kind) {
      case 'message':
        endMessage(log, ending, citations, isWhole ? 'completed' : 'incomplete')
        if (include.signatures && ending.signature !== undefined)
          addEnvelope(log, { before: ending.signature })
        break
      case 'reasoning':
        // Some clients warn of thoughts that bring nothing to send back.
        endReasoning(log, ending, include.signatures ? {} : undefined)
        break
      case 'code':
        endCode(log, ending, container, include.codeOutputs ? logs : undefined)
        break
      case 'tools':
        if (addServerTools(log, ending.parts, include)) searched = true
    }
  }

  function closeGrounded(grounding: Grounding, isWhole: boolean): void {
    const citations = open?.kind === 'message' ? toCitations(open.text, grounding) : []
    close(undefined, citations, isWhole)
    const urls = grounding.places.flatMap(({ url }) => (url === '' ? [] : [url]))
    if (!searched) addSearch(log, { queries: grounding.queries, urls }, include)
  }

  function endOf(blocked: boolean): OutputEnd {
    if (reason === undefined) return blocked ? 'content_filter' : 'completed'
    const ending = endingOf(reason)
    const shown = log.items.length > 0 || (open !== undefined && open.kind !== 'reasoning')
    if (ending === 'broken' && !shown) throw toBrokenError(reason, finishMessage)
    return ENDS[ending]
  }

  return {
    items: log.items,
    add(chunk) {
      if (chunk.usageMetadata) usage = newestUsage(usage, chunk.usageMetadata)
      const candidates = listOf(chunk.candidates)
      const first = candidates.length === 1 ? candidates[0] : candidates.find(({ index = 0 }) => index === 0)
      if (first) addCandidate(first)
    },
    finish(blocked) {
      const end = endOf(blocked)
      const isWhole = end === 'completed'
      const grounding = metadata && toGrounding(metadata)
      if (grounding) closeGrounded(grounding, isWhole)
      else close(undefined, [], isWhole)
      return end
    },
    get ended() {
      return reason !== undefined
    },
    get usage() {
      return usage
    },
  }
}

const ENDS = {
  stopped: 'completed',
  broken: 'completed',
  length: 'max_output_tokens',
  filtered: 'content_filter',
} as const
