import { isReason, listOf } from '../../core/call/judge.ts'
import type { Candidate, Part } from '../../core/canonical.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import type { Call } from '../../core/plugin.ts'
import { askedOf } from './asked.ts'
import { type BlockSink, DIRECT } from './blocks-out.ts'
import { type CodeRuns, createCodeRuns } from './code-runs.ts'
import { familyOf, isCarried, type Sealed, seal } from './envelope.ts'
import { createGrounding, type Grounding } from './grounding.ts'
import { toPicture } from './pictures.ts'
import { fitsId, seedOf, toToolId } from './tool-ids.ts'

/** Reads an answer's candidate, chunk by chunk, into blocks. */
export interface BlockReader {
  read(candidate: Candidate): void
  /** Adds to the text that is open; false where none is, and nothing happened. */
  addText(text: string): boolean
  /** Closes what is open, and adds what is only known at the end. */
  end(): void
  /** What is known so far. */
  readonly state: AnswerState
}

/** What an answer has been so far. */
export interface AnswerState {
  /** Calls passed on. */
  calls: number
  /** Something other than a thought or a call was passed on. */
  spoken: boolean
  /** Google's own. */
  reason?: string
  finishMessage?: string
  /** The last letters of the text, where stop sequences are looked for. */
  tail: string
  /** Searches that Google made, and pages that it fetched. */
  searches: number
  fetches: number
}

/** A reader; one a call. */
export function createBlockReader(call: Call, sink: BlockSink): BlockReader {
  const asked = askedOf(call)
  const family = familyOf(call.model)
  const seed = seedOf(call.id)
  const longestStop = Math.max(0, ...asked.stops.map((stop) => stop.length))
  const state: AnswerState = { calls: 0, spoken: false, tail: '', searches: 0, fetches: 0 }
  const grounding: Grounding = createGrounding(seed)
  const codeRuns: CodeRuns = createCodeRuns(seed, sink)
  let open: 'text' | 'thinking' | undefined
  /** The signature of the thought that is open. */
  let thoughtSignature: string | undefined

  function close(next?: Sealed): void {
    if (open === undefined) return
    if (open === 'thinking') {
      const own: Sealed = thoughtSignature === undefined ? { family } : { family, thought: thoughtSignature }
      sink.delta({ type: 'signature_delta', signature: seal(next ?? own) })
      thoughtSignature = undefined
    }
    sink.stop()
    open = undefined
  }

  function addText(text: string): boolean {
    if (open !== 'text') return false
    sink.delta({ type: 'text_delta', text })
    if (longestStop > 0) state.tail = (state.tail + text).slice(-longestStop)
    return true
  }

  function speak(text: string): void {
    state.spoken = true
    if (addText(text)) return
    close()
    sink.start({ type: 'text', text: '', citations: null })
    open = 'text'
    addText(text)
  }

  function think(part: Part): void {
    if (part.text) {
      if (open !== 'thinking') {
        close()
        sink.start({ type: 'thinking', thinking: '', signature: '' })
        open = 'thinking'
      }
      sink.delta({ type: 'thinking_delta', thinking: part.text })
    }
    if (open === 'thinking' && typeof part.thoughtSignature === 'string')
      thoughtSignature = part.thoughtSignature
  }

  /** A signature that fits nowhere else, in a block of its own that clients send back unread. */
  function carry(sealed: Sealed): void {
    close()
    const text = seal(sealed)
    if (asked.thinks && !sealed.part) {
      sink.start({ type: 'thinking', thinking: '', signature: '' })
      sink.delta({ type: 'signature_delta', signature: text })
    } else sink.start({ type: 'redacted_thinking', data: text })
    sink.stop()
  }

  function callTool(part: Part, made: Record<string, unknown>): void {
    if (asked.oneCall && state.calls > 0) return
    const signature = typeof part.thoughtSignature === 'string' ? part.thoughtSignature : undefined
    const inId = signature !== undefined && fitsId(signature) ? signature : undefined
    if (signature === undefined || inId !== undefined) close()
    else if (open === 'thinking' && thoughtSignature === undefined) close({ family, call: signature })
    else carry({ family, call: signature })
    const name = asked.names.toClient(String(made.name ?? ''))
    const id = toToolId(seed, state.calls++, inId, family)
    sink.start({ type: 'tool_use', id, name, input: {}, caller: DIRECT })
    const partial_json = JSON.stringify(isRecord(made.args) ? made.args : {})
    sink.delta({ type: 'input_json_delta', partial_json })
    sink.stop()
  }

  function readPart(part: Part): void {
    if (isRecord(part.functionCall)) callTool(part, part.functionCall)
    else if (part.thought) think(part)
    else if (part.text) speak(part.text)
    else if (isCarried(part)) carry({ family, part })
    else if (isRecord(part.inlineData)) show(part.inlineData)
    else if (codeRuns.claims(part)) run(part)
  }

  /** A block of its own, which comes back as what it shows. */
  function show(data: Record<string, unknown>): void {
    close()
    speak(toPicture(data))
    close()
  }

  function run(part: Part): void {
    state.spoken = true
    close()
    codeRuns.read(part)
  }

  return {
    state,
    addText,
    read(candidate) {
      if (isReason(candidate.finishReason)) state.reason = candidate.finishReason
      if (typeof candidate.finishMessage === 'string') state.finishMessage = candidate.finishMessage
      for (const part of listOf(candidate.content?.parts)) readPart(part)
      grounding.add(candidate)
    },
    end() {
      if (open === 'text')
        for (const citation of grounding.citations()) sink.delta({ type: 'citations_delta', citation })
      close()
      grounding.tell(sink)
      state.searches = grounding.searches()
      state.fetches = grounding.fetches()
    },
  }
}
