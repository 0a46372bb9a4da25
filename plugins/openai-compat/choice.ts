import { isReason, listOf } from '../../core/call/judge.ts'
import type { Candidate, Part } from '../../core/canonical.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import type { Annotation } from './annotations.ts'
import type { Asked } from './asked.ts'
import { type ExtraContent, toExtraContent } from './signatures.ts'
import { type Sound, toSound } from './sound.ts'

/** What is known so far of one choice of an answer. */
export interface Choice {
  readonly index: number
  /** Calls passed on. */
  calls: number
  /** Something other than a thought or a call was passed on. */
  spoken: boolean
  /** All words passed on. */
  text: string
  /** What Google said of the pages that it leans on; chunks repeat and add. */
  grounding?: Record<string, unknown>
  /** Google's own. */
  reason?: string
  finishMessage?: string
  /** Of a text or a thought; the last one counts. */
  signature?: string
}

/** One piece of a choice, as a streamed `delta` has it; a whole message is all of them folded into one. */
export interface Delta {
  readonly content?: string
  readonly reasoning_content?: string
  /** The same, for clients that look here. */
  readonly reasoning?: string
  readonly tool_calls?: readonly ToolCallDelta[]
  readonly function_call?: { readonly name: string; readonly arguments: string }
  readonly images?: readonly ImageDelta[]
  readonly audio?: Sound
  readonly annotations?: readonly Annotation[]
  readonly extra_content?: ExtraContent
}

/** A call, told in one piece. */
export interface ToolCallDelta {
  readonly index: number
  readonly id: string
  readonly type: 'function' | 'custom'
  readonly function?: { readonly name: string; readonly arguments: string }
  readonly custom?: { readonly name: string; readonly input: string }
  readonly extra_content?: ExtraContent
}

/** A picture, as OpenRouter gives it; OpenAI has no field for one in a chat. */
export interface ImageDelta {
  readonly type: 'image_url'
  readonly image_url: { readonly url: string }
  readonly extra_content?: ExtraContent
}

/** Reads candidates into deltas; one reader a call. */
export interface ChoiceReader {
  /** What a candidate adds to its choice, which is brought up to date. */
  read(candidate: Candidate, choice: Choice): Delta[]
}

/** A reader; `callId` is the call's request id, from which tool calls without an id get one. */
export function createChoiceReader(asked: Asked, callId: string): ChoiceReader {
  const seed = callId.replace(/[^A-Za-z0-9]/g, '').slice(-18)

  function toDelta(part: Part, choice: Choice): Delta | undefined {
    if (isRecord(part.functionCall)) return toCallDelta(part, part.functionCall, choice)
    const { thoughtSignature } = part
    if (isRecord(part.inlineData)) return toMediaDelta(part, part.inlineData, choice)
    if (typeof thoughtSignature === 'string') choice.signature = thoughtSignature
    if (part.thought) return part.text ? { reasoning_content: part.text, reasoning: part.text } : undefined
    const content = part.text ?? toCodeText(part)
    if (!content) return undefined
    choice.spoken = true
    choice.text += content
    return { content }
  }

  function toCallDelta(part: Part, made: Record<string, unknown>, choice: Choice): Delta | undefined {
    if (asked.oneCall && choice.calls > 0) return undefined
    const index = choice.calls++
    const name = asked.names.toClient(String(made.name ?? ''))
    const args = isRecord(made.args) ? made.args : {}
    if (asked.style === 'functions') return { function_call: { name, arguments: JSON.stringify(args) } }
    const id = typeof made.id === 'string' && made.id !== '' ? made.id : toCallId(choice.index, index)
    const extra = extraOf(part)
    if (!asked.custom.has(name)) {
      const called = { name, arguments: JSON.stringify(args) }
      return { tool_calls: [{ index, id, type: 'function', function: called, ...extra }] }
    }
    const input = typeof args.input === 'string' ? args.input : JSON.stringify(args)
    return { tool_calls: [{ index, id, type: 'custom', custom: { name, input }, ...extra }] }
  }

  function toCallId(choice: number, index: number): string {
    return `call_${seed}${String(choice).padStart(2, '0')}${String(index).padStart(4, '0')}`
  }

  return {
    read(candidate, choice) {
      if (isReason(candidate.finishReason)) choice.reason = candidate.finishReason
      if (isRecord(candidate.groundingMetadata))
        choice.grounding = { ...choice.grounding, ...candidate.groundingMetadata }
      if (typeof candidate.finishMessage === 'string') choice.finishMessage = candidate.finishMessage
      return listOf(candidate.content?.parts).flatMap((part) => toDelta(part, choice) ?? [])
    },
  }
}

/** Thoughts may hold pictures too, which are drafts. */
function toMediaDelta(part: Part, data: Record<string, unknown>, choice: Choice): Delta | undefined {
  if (part.thought) return undefined
  choice.spoken = true
  const mimeType = String(data.mimeType)
  if (mimeType.startsWith('audio/')) return { audio: toSound(mimeType, String(data.data)) }
  const url = `data:${mimeType};base64,${data.data}`
  return { images: [{ type: 'image_url', image_url: { url }, ...extraOf(part) }] }
}

function extraOf({ thoughtSignature }: Part): { extra_content?: ExtraContent } {
  return typeof thoughtSignature === 'string' ? { extra_content: toExtraContent(thoughtSignature) } : {}
}

/** Code that the model ran, and what came of it. */
function toCodeText({ executableCode: code, codeExecutionResult: result }: Part): string | undefined {
  if (isRecord(code)) return fenced(String(code.language ?? '').toLowerCase(), code.code)
  return isRecord(result) ? fenced('', result.output) : undefined
}

function fenced(language: string, text: unknown): string {
  const body = String(text ?? '')
  return `\n\n\`\`\`${language}\n${body}${body.endsWith('\n') ? '' : '\n'}\`\`\`\n\n`
}
