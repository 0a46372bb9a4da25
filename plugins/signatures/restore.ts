import type { Content, Part } from '../../core/canonical.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import { BYPASS, isBypassNote, signed } from '../../core/codec/signatures.ts'
import type { Call } from '../../core/plugin.ts'
import type { Kept, KeptSignatures } from './kept-signatures.ts'
import { beforeEach, type Places, placesOf } from './places.ts'

/**
 * A call with the signatures that its client lost. What the request carries goes first; what is not kept, or is of
 * another family of models, is as it was. Nothing where there is nothing to add.
 */
export function withKeptSignatures(call: Call, kept: KeptSignatures): Call | undefined {
  const { contents = [] } = call.request
  if (!contents.some(hasPlace)) return undefined
  const look = (place: string) => ofFamily(kept.get(place), call.model)
  const before = beforeEach(contents)
  const places = placesOf(call.client)
  const restored = contents.map((content, index) =>
    hasPlace(content) ? restoreContent(content, { look, places, before: before[index]! }) : content,
  )
  if (restored.every((content, index) => content === contents[index])) return undefined
  const isWhole = !restored.some(({ parts }) =>
    parts?.some(({ thoughtSignature }) => thoughtSignature === BYPASS),
  )
  return {
    ...call,
    request: { ...call.request, contents: restored },
    notes: isWhole ? call.notes.filter((note) => !isBypassNote(note)) : call.notes,
  }
}

interface Around {
  readonly look: (place: string) => Kept | undefined
  readonly places: Places
  readonly before: string
}

/** Whether a content is the model's and something in it may have had a signature that it has not now. */
function hasPlace({ role, parts }: Content): boolean {
  return role === 'model' && (parts?.some((part) => isUnsigned(part)) ?? false)
}

function isUnsigned({ thoughtSignature, thought }: Part): boolean {
  return thought !== true && (thoughtSignature === undefined || thoughtSignature === BYPASS)
}

function restoreContent(content: Content, around: Around): Content {
  const own = content.parts ?? []
  const { look, places, before } = around
  const lastText = own.findLastIndex(({ text, thought }) => typeof text === 'string' && thought !== true)
  const parts = own.map((part, index) => {
    if (!isUnsigned(part)) return part
    const found = signatureOf(part, own, index === lastText, around)
    return found === undefined ? part : signed(part, found)
  })
  const tools = own.some(isToolPart) ? [] : (look(places.ofTools(before, own))?.parts ?? [])
  const isSame = tools.length === 0 && parts.every((part, index) => part === own[index])
  return isSame ? content : { ...content, parts: [...tools, ...parts] }
}

function signatureOf(
  part: Part,
  all: readonly Part[],
  isLastText: boolean,
  { look, places, before }: Around,
): string | undefined {
  const { functionCall: call, inlineData: data } = part
  if (isRecord(call)) {
    const byId = typeof call.id === 'string' ? look(places.ofId(call.id)) : undefined
    return (byId ?? look(places.ofCall(before, call)))?.signature
  }
  if (isRecord(data)) return look(places.ofPicture(data))?.signature
  return isLastText ? look(places.ofText(before, all))?.signature : undefined
}

/** Of what Google's own tools did and said. */
export function isToolPart({ toolCall, toolResponse }: Part): boolean {
  return toolCall !== undefined || toolResponse !== undefined
}

/** A signature is of use to the family of models that made it. */
function ofFamily(kept: Kept | undefined, model: string): Kept | undefined {
  return kept && (kept.model === model || familyOf(kept.model) === familyOf(model)) ? kept : undefined
}

function familyOf(model: string): string {
  return /^gemini-\d+/.exec(model)?.[0] ?? model
}
