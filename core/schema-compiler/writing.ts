import type { JsonObject } from './json-object.ts'
import type { Shape } from './shape.ts'
import type { Coercion } from './values.ts'

/** What writing one document collects. */
export interface Writing {
  /** What a text at a node of the output stands for. */
  readonly coercions: Map<JsonObject, Coercion>
  note(at: string, text: string): void
  /** Counts one node of the output; throws where there are too many. */
  spend(at: string): void
  /** A shape for a sentence: as JSON Schema, without notes and coercions. */
  asJsonSchema(shape: Shape): JsonObject
  /** Whether bounds of a list may be keywords: Google counts their sum. */
  takeItems(most: number | undefined): boolean
}

/** Notes each sentence that stands for a keyword, and gives them all back. */
export function noted(writing: Writing, shape: Shape, sentences: readonly string[]): readonly string[] {
  for (const sentence of sentences) writing.note(shape.at, sentence)
  return sentences
}

/** Without repetitions. */
export function uniqueForms(forms: readonly JsonObject[]): JsonObject[] {
  return [...new Map(forms.toReversed().map((form) => [JSON.stringify(form), form])).values()].toReversed()
}
