import type { Content, GenerateContentRequest, Part } from '../../core/canonical.ts'
import { toBypassNote, withBypass } from '../../core/codec/signatures.ts'
import type { ModelTraits } from '../../core/models.ts'

/** The conversation with the system's words apart from the rest, where the model has a place for them. */
export function toPrompt(
  said: readonly Content[],
  system: readonly Part[],
  traits: ModelTraits,
  notes: string[],
): GenerateContentRequest {
  const { contents, bypassed } = traits.signatures
    ? withBypass(said)
    : { contents: [...said], bypassed: false }
  if (bypassed) notes.push(toBypassNote('tool_calls'))
  if (system.length === 0) return { contents }
  const parts = [...system]
  if (contents.length > 0 && traits.systemInstruction) return { systemInstruction: { parts }, contents }
  return { contents: withSystemFirst(contents, { role: 'user', parts }) }
}

function withSystemFirst([first, ...rest]: readonly Content[], system: Content): Content[] {
  if (!first) return [system]
  return [{ ...first, parts: [...(system.parts ?? []), ...(first.parts ?? [])] }, ...rest]
}
