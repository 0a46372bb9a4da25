import type { GenerateContentRequest } from '../canonical.ts'
import { isRecord } from './request-values.ts'

/** Whether the answer is to be for a program, in JSON or as one of several words, in either spelling of the fields. */
export function answersInJson({
  generationConfig,
  generation_config: snake,
}: GenerateContentRequest): boolean {
  const config = generationConfig ?? snake
  const type = isRecord(config) ? (config.responseMimeType ?? config.response_mime_type) : undefined
  return type === 'application/json' || type === 'text/x.enum'
}
