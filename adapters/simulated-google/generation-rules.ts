import { type ErrorAnswer, googleError } from './error-answer.ts'
import { fieldOf, isRecord, listOf } from './wire-fields.ts'

/** What Google refuses of a generation beyond its form: what the model does not take, and turns that do not fit. */
export function refuseByRules(model: string, request: Record<string, unknown>): ErrorAnswer | undefined {
  const fault =
    faultOfThinking(model, request) ??
    faultOfPenalties(model, request) ??
    faultOfCandidates(model, request) ??
    faultOfJson(model, request) ??
    faultOfSchemas(request) ??
    faultOfTurns(listOf(fieldOf(request, 'contents'))) ??
    (isSigning(model) ? faultOfSignatures(listOf(fieldOf(request, 'contents'))) : undefined)
  return fault === undefined ? undefined : googleError('INVALID_ARGUMENT', fault)
}

const configOf = (request: unknown) => fieldOf(request, 'generationConfig')

/** As the API answers, not as this gateway's own table has it. */
const LEVELS: readonly (readonly [model: RegExp, levels: string])[] = [
  [/^gemini-4-hydrogen/, 'LOW MEDIUM HIGH XHIGH'],
  [/^gemini-(3\.[78]-flash|flash-latest|4-)/, 'LOW MEDIUM HIGH'],
  [/^gemini-(3\.1-pro|pro-latest)/, 'LOW MEDIUM HIGH'],
  [/^gemini-(3|flash-lite)/, 'MINIMAL LOW MEDIUM HIGH'],
]

const BUDGETS: readonly (readonly [model: RegExp, least: number, most: number])[] = [
  [/^gemini-2\.5-pro/, 128, 32_768],
  [/^gemini-2\.5-flash/, 0, 24_576],
]

function faultOfThinking(model: string, request: Record<string, unknown>): string | undefined {
  const thinking = fieldOf(configOf(request), 'thinkingConfig')
  const level = fieldOf(thinking, 'thinkingLevel')
  const budget = fieldOf(thinking, 'thinkingBudget')
  if (level != null && budget != null) return 'thinking_budget and thinking_level are not supported together.'
  const levels = LEVELS.find(([name]) => name.test(model))?.[1]
  if (typeof level === 'string' && levels && !levels.split(' ').includes(level.toUpperCase()))
    return `Thinking level ${level.toUpperCase()} is not supported for this model. Please retry with other thinking level.`
  const range = BUDGETS.find(([name]) => name.test(model))
  if (typeof budget !== 'number' || budget === -1 || !range) return undefined
  const [, least, most] = range
  if (budget === 0 && least > 0) return 'Budget 0 is invalid. This model only works in thinking mode.'
  return budget >= least && budget <= most
    ? undefined
    : `The thinking budget ${budget} is invalid. Please choose a value between ${least} and ${most}.`
}

function faultOfPenalties(model: string, request: Record<string, unknown>): string | undefined {
  if (!/^gemini-2\.5/.test(model)) return undefined
  const isPenalised = ['presencePenalty', 'frequencyPenalty'].some((name) => fieldOf(configOf(request), name))
  return isPenalised ? `Penalty is not enabled for models/${model}` : undefined
}

/** Models that think make one candidate of a request. */
function faultOfCandidates(model: string, request: Record<string, unknown>): string | undefined {
  const count = fieldOf(configOf(request), 'candidateCount')
  const isRefused = typeof count === 'number' && count > 1 && !/^(gemma|gemini-2\.0)/.test(model)
  return isRefused ? 'Multiple candidates is not enabled for this model' : undefined
}

/** Models before Gemini 3 answer in JSON, or call functions. */
function faultOfJson(model: string, request: Record<string, unknown>): string | undefined {
  const isJson = fieldOf(configOf(request), 'responseMimeType') === 'application/json'
  const calls = listOf(fieldOf(request, 'tools')).some(
    (tool) => listOf(fieldOf(tool, 'functionDeclarations')).length > 0,
  )
  return isJson && calls && /^gemini-2/.test(model)
    ? "Function calling with a response mime type: 'application/json' is unsupported"
    : undefined
}

/** Google's own form of a schema knows no object without properties. */
function faultOfSchemas(request: Record<string, unknown>): string | undefined {
  const declarations = listOf(fieldOf(request, 'tools')).flatMap((tool) =>
    listOf(fieldOf(tool, 'functionDeclarations')),
  )
  const index = declarations.findIndex((each) => isEmptyObject(fieldOf(each, 'parameters')))
  return index < 0
    ? undefined
    : `* GenerateContentRequest.tools[0].function_declarations[${index}].parameters.properties: should be non-empty for OBJECT type\n`
}

function isEmptyObject(schema: unknown): boolean {
  if (!isRecord(schema)) return false
  const properties = isRecord(schema.properties) ? Object.values(schema.properties) : []
  const isObject = String(schema.type).toUpperCase() === 'OBJECT'
  return (isObject && properties.length === 0) || properties.some(isEmptyObject)
}

/** Every step of calls is answered by as many responses, right after it; contents of one role in a row are one turn. */
function faultOfTurns(contents: readonly unknown[]): string | undefined {
  const turns = toTurns(contents)
  for (const [index, turn] of turns.entries()) {
    const calls = countOf(turn, 'functionCall')
    if (calls === 0) continue
    const next = turns[index + 1]
    if (next !== undefined && countOf(next, 'functionResponse') !== calls)
      return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.'
    if (index === 0)
      return 'Please ensure that function call turn comes immediately after a user turn or after a function response turn.'
  }
  return undefined
}

function toTurns(contents: readonly unknown[]): (readonly unknown[])[] {
  const turns: unknown[][] = []
  for (const [index, content] of contents.entries()) {
    if (index > 0 && isModels(content) === isModels(contents[index - 1])) turns.at(-1)?.push(content)
    else turns.push([content])
  }
  return turns
}

function isModels(content: unknown): boolean {
  return fieldOf(content, 'role') === 'model'
}

/** Two with one id are one: Gemini CLI tells responses twice when it takes a session up again. */
function countOf(turn: readonly unknown[], field: string): number {
  const parts = turn.flatMap((content) => listOf(fieldOf(content, 'parts')))
  const found = parts.map((part) => fieldOf(part, field)).filter((each) => each != null)
  return new Set(found.map((each) => fieldOf(each, 'id') ?? each)).size
}

function isSigning(model: string): boolean {
  return /^gemini-([34]|flash|pro)/.test(model) && !/image|tts|live/.test(model)
}

/** The first call of each step of the current turn must have come back with its signature. */
function faultOfSignatures(contents: readonly unknown[]): string | undefined {
  const start = contents.findLastIndex(isQuestion)
  for (const [index, content] of contents.entries()) {
    if (index < start) continue
    const parts = listOf(fieldOf(content, 'parts'))
    const place = parts.findIndex((part) => fieldOf(part, 'functionCall') != null)
    if (place < 0 || fieldOf(parts[place], 'thoughtSignature') != null) continue
    const name = String(fieldOf(fieldOf(parts[place], 'functionCall'), 'name'))
    return `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\`, position ${place + 1}.`
  }
  return undefined
}

function isQuestion(content: unknown): boolean {
  if (isModels(content)) return false
  return listOf(fieldOf(content, 'parts')).some((part) => fieldOf(part, 'functionResponse') == null)
}
