import { createHash } from 'node:crypto'
import type {
  Candidate,
  Content,
  GenerateContentResponse,
  Model,
  Part,
  UsageMetadata,
} from '../../core/canonical.ts'
import { countTokens } from './tokens.ts'
import { fieldOf, listOf } from './wire-fields.ts'

/** A generation that is to be answered. */
export interface Generation {
  readonly request: Record<string, unknown>
  readonly model: Model
  /** Counts up; makes the `responseId`. */
  readonly number: number
}

/** Makes the chunks of one answer: each repeats the model and the id, and counts on. */
export interface ChunkMaker {
  readonly text: string
  readonly thoughts: readonly string[]
  next(parts: readonly Part[], ending?: Ending): GenerateContentResponse
}

interface Ending {
  readonly finishReason?: string
  readonly [field: string]: unknown
}

/** A chunk maker, with the text and the thoughts that the model answers by itself. */
export function createChunkMaker({ request, model, number }: Generation): ChunkMaker {
  const prompt = countTokens(request)
  const count = Number(fieldOf(fieldOf(request, 'generationConfig'), 'candidateCount') ?? 1)
  const spent = { candidates: 0, thoughts: 0 }
  const modelVersion = model.name.replace('models/', '')
  const responseId = createHash('sha256').update(`${modelVersion} ${number}`).digest('base64url').slice(0, 22)
  return {
    text: answerTo(request),
    thoughts: thoughtsAbout(request, model),
    next: (parts, ending) => {
      for (const part of parts) spent[part.thought ? 'thoughts' : 'candidates'] += count * tokensOf(part)
      return {
        candidates: Array.from({ length: count }, (_, index) => ({ ...candidateOf(parts, ending), index })),
        usageMetadata: usageOf(prompt, spent),
        modelVersion,
        responseId,
      }
    },
  }
}

/** A signature as Gemini 3 puts it on a part; always the same. */
export const SIGNATURE = Buffer.from('a signature made by the simulated Google').toString('base64')

/** A text cut between words into about `pieces` chunks; joined they are the text again. */
export function splitText(text: string, pieces = 4): string[] {
  const words = text.match(/\s*\S+\s*$|\s*\S+/gu) ?? [text]
  const size = Math.max(1, Math.ceil(words.length / pieces))
  const starts = words.map((_, index) => index).filter((index) => index % size === 0)
  return starts.map((start) => words.slice(start, start + size).join(''))
}

/** The chunks of a stream as the one reply that a whole call gets. */
export function mergeChunks(chunks: readonly GenerateContentResponse[]): GenerateContentResponse {
  if (chunks.length === 1) return chunks[0]!
  const candidates = chunks.flatMap((chunk) => chunk.candidates ?? [])
  const fields: GenerateContentResponse = Object.assign({}, ...chunks)
  const indices = [...new Set(candidates.map(({ index }) => index))]
  const merged = indices.map((each) => mergeCandidates(candidates.filter(({ index }) => index === each)))
  return merged.length === 0 ? fields : { ...fields, candidates: merged }
}

function mergeCandidates(candidates: readonly Candidate[]): Candidate {
  const { content: _, index = 0, ...ending } = Object.assign({}, ...candidates) as Candidate
  const parts = mergeParts(candidates.flatMap((candidate) => candidate.content?.parts ?? []))
  return { content: contentOf(parts), ...ending, index }
}

function mergeParts(parts: readonly Part[]): Part[] {
  const merged: Part[] = []
  for (const part of parts) {
    const before = merged.at(-1)
    if (before && isPlainText(before) && isPlainText(part) && before.thought === part.thought) {
      merged[merged.length - 1] = { ...before, text: `${before.text}${part.text}` }
    } else if (part.text !== '' || part.thoughtSignature !== undefined) merged.push(part)
  }
  return merged
}

function isPlainText(part: Part): boolean {
  return part.text !== undefined && part.thoughtSignature === undefined
}

/** Says what the user said last, or what a tool answered; as JSON where JSON is asked for. */
function answerTo(request: Record<string, unknown>): string {
  const said = lastWords(request)
  const text = said === '' ? 'Hello! You sent no text.' : `Hello! You said: ${said}`
  const mimeType = fieldOf(fieldOf(request, 'generationConfig'), 'responseMimeType')
  return mimeType === 'application/json' ? JSON.stringify({ answer: text }) : text
}

function lastWords(request: Record<string, unknown>): string {
  const turns = listOf(fieldOf(request, 'contents')).filter((content) => fieldOf(content, 'role') !== 'model')
  const parts = listOf(fieldOf(turns.at(-1), 'parts'))
  const texts = parts.map((part) => fieldOf(part, 'text') ?? toolAnswer(fieldOf(part, 'functionResponse')))
  return texts.filter((text) => typeof text === 'string').join('')
}

function toolAnswer(response: unknown): string | undefined {
  return response
    ? `${fieldOf(response, 'name')} ${JSON.stringify(fieldOf(response, 'response'))}`
    : undefined
}

function thoughtsAbout(request: Record<string, unknown>, model: Model): string[] {
  const config = fieldOf(fieldOf(request, 'generationConfig'), 'thinkingConfig')
  if (!model.thinking || fieldOf(config, 'includeThoughts') !== true) return []
  return ['**Reading the Message**\n\nI am looking at what the user said and how to say it back.\n\n\n']
}

function candidateOf(parts: readonly Part[], ending: Ending = {}): Candidate {
  return { content: contentOf(parts), ...ending, index: 0 }
}

function contentOf(parts: readonly Part[]): Content {
  return parts.length > 0 ? { parts: [...parts], role: 'model' } : { role: 'model' }
}

function usageOf(prompt: number, spent: { candidates: number; thoughts: number }): UsageMetadata {
  return {
    promptTokenCount: prompt,
    ...(spent.candidates > 0 ? { candidatesTokenCount: spent.candidates } : {}),
    totalTokenCount: prompt + spent.candidates + spent.thoughts,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
    ...(spent.thoughts > 0 ? { thoughtsTokenCount: spent.thoughts } : {}),
  }
}

function tokensOf(part: Part): number {
  if (part.inlineData) return 1290
  return part.text === undefined ? countTokens(JSON.stringify(part)) : countTokens(part.text)
}
