import { listOf } from '../../core/call/judge.ts'
import type { Candidate, Content, GenerateContentResponse, Part } from '../../core/canonical.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import type { Call } from '../../core/plugin.ts'
import type { KeptSignatures } from './kept-signatures.ts'
import { beforeEach, ownId, type Places, placesOf } from './places.ts'
import { isToolPart } from './restore.ts'

/** Follows an answer, and keeps the signatures of each candidate when it has ended. */
export interface AnswerWatch {
  add(reply: GenerateContentResponse): void
}

/** A watch; `contents` are those that the answer answers, before anything was added to them. */
export function watchAnswer(
  call: Pick<Call, 'id' | 'client' | 'model'>,
  contents: readonly Content[],
  kept: KeptSignatures,
): AnswerWatch {
  const seen = new Map<number, Part[]>()

  function addCandidate(candidate: Candidate): void {
    const { index = 0 } = candidate
    const parts = seen.get(index) ?? []
    seen.set(index, parts)
    for (const part of listOf(candidate.content?.parts)) if (part.thought !== true) parts.push(part)
    if (candidate.finishReason === undefined) return
    seen.delete(index)
    // The client is not to wait for this.
    if (parts.some(isOfUse)) kept.later(() => keepTurn(parts, index))
  }

  function keepTurn(parts: readonly Part[], index: number): void {
    const places = placesOf(call.client)
    const before = beforeEach(contents).at(-1)!
    const { model } = call
    for (const [place, signature] of signaturesOf(parts, index, before, places))
      kept.put(place, { model, signature })
    const tools = parts.filter(isToolPart)
    if (tools.length > 0) kept.put(places.ofTools(before, parts), { model, parts: tools })
  }

  function signaturesOf(
    parts: readonly Part[],
    index: number,
    before: string,
    places: Places,
  ): readonly (readonly [place: string, signature: string])[] {
    let calls = 0
    return parts.flatMap((part) => {
      const { thoughtSignature: signature, functionCall: made, inlineData: data } = part
      const number = isRecord(made) ? index * CALLS_OF_CANDIDATE + calls++ : 0
      if (typeof signature !== 'string' || isToolPart(part)) return []
      return placesIn().map((place) => [place, signature] as const)

      function placesIn(): string[] {
        if (isRecord(made)) {
          const id = typeof made.id === 'string' && made.id !== '' ? made.id : ownId(call.id, number)
          return [places.ofId(id), places.ofCall(before, made)]
        }
        if (isRecord(data)) return [places.ofPicture(data)]
        return typeof part.text === 'string' ? [places.ofText(before, parts)] : []
      }
    })
  }

  return {
    add({ candidates }) {
      for (const candidate of listOf(candidates)) addCandidate(candidate)
    },
  }
}

/** As OpenAI's codec counts them in ids. */
const CALLS_OF_CANDIDATE = 10_000

function isOfUse(part: Part): boolean {
  return part.thoughtSignature !== undefined || isToolPart(part)
}
