import { defined } from '../../core/codec/defined.ts'
import {
  optional,
  refuse,
  required,
  toInteger,
  toList,
  toNumber,
  toOneOf,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'
import type { ModelTraits } from '../../core/models.ts'

type Body = Readonly<Record<string, unknown>>

/** Google's `generationConfig` out of the body's parameters; thoughts count among its tokens, as Anthropic has it. */
export function toGenerationConfig(
  body: Body,
  thinkingConfig: Readonly<Record<string, unknown>> | undefined,
  { maxOutputTokens: most }: ModelTraits,
  notes: string[],
): Record<string, unknown> {
  return defined({
    maxOutputTokens: toMaxTokens(body, most, notes),
    temperature: optional(body, 'temperature', betweenZeroAndOne),
    topP: optional(body, 'top_p', betweenZeroAndOne),
    topK: optional(body, 'top_k', toTopK),
    stopSequences: toStops(body),
    ...toFormat(body),
    thinkingConfig,
  })
}

/** Clients ask for as much as Anthropic's models write; Google refuses more than its own can. */
function toMaxTokens(body: Body, most: number, notes: string[]): number {
  const wanted = required(body, 'max_tokens', (value, param) => toInteger(value, param, 1, 2 ** 31 - 1))
  if (wanted > most) notes.push(`max_tokens: ${most}, the most that the model writes`)
  return Math.min(wanted, most)
}

const betweenZeroAndOne = (value: unknown, param: string) => toNumber(value, param, 0, 1)

/** Zero and less switch it off. */
function toTopK(value: unknown, param: string): number | undefined {
  const count = toInteger(value, param, -1, 2 ** 31 - 1)
  return count > 0 ? count : undefined
}

/** `stop_sequences` without the empty ones; undefined where none is left. */
export function toStops(body: Body): string[] | undefined {
  const list = optional(body, 'stop_sequences', toList) ?? []
  const stops = list
    .map((text, index) => toText(text, `stop_sequences.${index}`))
    .filter((text) => text !== '')
  if (stops.length > MOST_STOPS)
    refuse(
      'invalid_value',
      'stop_sequences',
      `'stop_sequences' holds at most ${MOST_STOPS} texts, not ${stops.length}`,
    )
  return stops.length > 0 ? stops : undefined
}

/** Google's limit. */
const MOST_STOPS = 5

/** `output_config.format`, or the older `output_format`. */
function toFormat(body: Body) {
  const config = optional(body, 'output_config', toRecord) ?? {}
  const schema =
    optional(config, 'format', readSchema, 'output_config.format') ??
    optional(body, 'output_format', readSchema)
  return schema && { responseMimeType: 'application/json', responseJsonSchema: schema }
}

/** Where the schema of the answer stands. */
export function formatAt({ output_format }: Body): string {
  return output_format == null ? 'output_config.format.schema' : 'output_format.schema'
}

function readSchema(value: unknown, param: string): Body {
  const format = toRecord(value, param)
  toOneOf(format.type, `${param}.type`, ['json_schema'])
  return required(format, 'schema', toRecord, `${param}.schema`)
}
