import { fieldOf, isRecord, listOf } from './wire-fields.ts'

/** About as many tokens as Google would count: one for four characters, 258 for a piece of media. */
export function countTokens(value: unknown): number {
  if (typeof value === 'string') return Math.ceil(value.length / 4)
  if (!isRecord(value)) return 0
  const contents = [...listOf(fieldOf(value, 'contents')), fieldOf(value, 'systemInstruction')]
  const parts = contents.flatMap((content) => listOf(fieldOf(content, 'parts')))
  const tools = fieldOf(value, 'tools')
  const ofTools = tools === undefined ? 0 : countTokens(JSON.stringify(tools))
  return parts.reduce<number>((sum, part) => sum + tokensOfPart(part), ofTools)
}

function tokensOfPart(part: unknown): number {
  const text = fieldOf(part, 'text')
  if (typeof text === 'string') return countTokens(text)
  if (fieldOf(part, 'inlineData') ?? fieldOf(part, 'fileData')) return 258
  return countTokens(JSON.stringify(part ?? {}))
}
