import type { Content, GenerateContentRequest, Part } from '../canonical.ts'
import { functionsOf, toolsOf } from '../codec/google-search.ts'
import { isRecord } from '../codec/request-values.ts'
import { toBypassNote, withBypass } from '../codec/signatures.ts'
import { amountOf, amountOfTokens, EFFORTS, type ModelTraits } from '../models.ts'
import type { ModelLimits } from './model-limits.ts'
import { type Limited, withinLimits } from './within-limits.ts'

/**
 * A request that was made for one model as another takes it that answers in its place, and what that cost; the same
 * request where the other takes it as it is. Schemas are not looked at.
 */
export function asModelTakes(request: GenerateContentRequest, traits: ModelTraits): Limited {
  const notes: string[] = []
  const tooled = withTools(request, traits, notes)
  const configured = withThinkingOf(tooled, traits, notes)
  const said = withContents(configured, traits, notes)
  const limited = withinLimits(said, toLimits(traits))
  return { request: limited.request, notes: [...notes, ...limited.notes] }
}

function toLimits({ thinking, penalties, systemInstruction, ...traits }: ModelTraits): ModelLimits {
  const without = [
    ...(penalties ? [] : ['presencePenalty', 'frequencyPenalty']),
    ...(thinking ? [] : ['thinkingConfig']),
    ...(traits.candidates ? [] : ['candidateCount']),
  ]
  return {
    without,
    maxOutputTokens: traits.maxOutputTokens,
    ...(!systemInstruction && { system: false }),
  }
}

/** Levels as tokens, tokens as a level, and either as the nearest that the model has. */
function withThinkingOf(
  request: GenerateContentRequest,
  { thinking }: ModelTraits,
  notes: string[],
): GenerateContentRequest {
  const { generationConfig: config } = request
  const stated = config?.thinkingConfig
  if (!thinking || !isRecord(stated)) return request
  const { thinkingLevel: level, thinkingBudget: budget, ...rest } = stated
  const amount = toAmount(level, budget, thinking)
  const isSame = amount.thinkingLevel === level && amount.thinkingBudget === budget
  if (isSame) return request
  const [said] = Object.values(amount)
  notes.push(`thinkingConfig: ${said ?? 'left to the model'} instead of ${level ?? budget}`)
  return { ...request, generationConfig: { ...config, thinkingConfig: { ...amount, ...rest } } }
}

function toAmount(
  level: unknown,
  budget: unknown,
  thinking: NonNullable<ModelTraits['thinking']>,
): ReturnType<typeof amountOfTokens> {
  const effort = EFFORTS.find((each) => each === String(level).toLowerCase())
  if (effort !== undefined) return amountOf(effort, thinking)
  return typeof budget === 'number' ? amountOfTokens(budget, thinking) : {}
}

/** Google's own tools where the model has them, and has them beside the others. */
function withTools(
  request: GenerateContentRequest,
  { search, mixedTools }: ModelTraits,
  notes: string[],
): GenerateContentRequest {
  const tools = toolsOf(request)
  const hasOthers =
    tools.some((tool) => functionsOf(tool).length > 0) ||
    request.generationConfig?.responseMimeType === 'application/json'
  const kept = tools.filter(
    (tool) => functionsOf(tool).length > 0 || ((search || !isSearch(tool)) && (mixedTools || !hasOthers)),
  )
  if (kept.length === tools.length) return request
  notes.push(
    search
      ? "tools: Google's own left out, the model takes none beside functions or JSON"
      : 'tools: the model cannot search',
  )
  const { tools: _, ...rest } = request
  return kept.length > 0 ? { ...rest, tools: kept } : rest
}

const isSearch = (tool: Record<string, unknown>) => tool.googleSearch !== undefined

function withContents(
  request: GenerateContentRequest,
  { partResolution, responseParts, signatures }: ModelTraits,
  notes: string[],
): GenerateContentRequest {
  const { contents = [] } = request
  const plain = contents.map((content) => withParts(content, toParts))
  const { contents: signed, bypassed } = signatures ? withBypass(plain) : { contents: plain, bypassed: false }
  if (bypassed) notes.push(toBypassNote('functionCall'))
  return signed.every((content, index) => content === contents[index])
    ? request
    : { ...request, contents: signed }

  function toParts(part: Part): readonly Part[] {
    if (!partResolution && part.mediaResolution !== undefined) {
      const { mediaResolution: _, ...rest } = part
      return [rest]
    }
    const { functionResponse: response } = part
    if (responseParts || !isRecord(response) || !Array.isArray(response.parts)) return [part]
    const { parts, ...answered } = response
    return [{ ...part, functionResponse: answered }, ...(parts as Part[])]
  }
}

function withParts(content: Content, change: (part: Part) => readonly Part[]): Content {
  const { parts = [] } = content
  const changed = parts.map(change)
  const isSame = changed.every((those, index) => those.length === 1 && those[0] === parts[index])
  return isSame ? content : { ...content, parts: changed.flat() }
}
