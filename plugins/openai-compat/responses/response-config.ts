import { defined } from '../../../core/codec/defined.ts'
import {
  optional,
  required,
  toFilledText,
  toInteger,
  toNumber,
  toOneOf,
  toRecord,
} from '../../../core/codec/request-values.ts'
import { amountOf, EFFORTS, type Effort, type ModelTraits } from '../../../core/models.ts'
import { toAnswerFormat } from '../answer-format.ts'

type Body = Readonly<Record<string, unknown>>

/** Google's `generationConfig` out of a Responses body; what had to be left out is said in `notes`. */
export function toResponseConfig(
  body: Body,
  wanted: { readonly thoughts: boolean; readonly pictures: boolean },
  traits: ModelTraits,
  notes: string[],
): Record<string, unknown> | undefined {
  const logprobs = optional(body, 'top_logprobs', (value, param) => toInteger(value, param, 0, 20))
  const config = defined({
    temperature: optional(body, 'temperature', (value, param) => toNumber(value, param, 0, 2)),
    topP: optional(body, 'top_p', (value, param) => toNumber(value, param, 0, 1)),
    maxOutputTokens: optional(body, 'max_output_tokens', (value, param) =>
      toInteger(value, param, 1, 2 ** 31 - 1),
    ),
    ...(logprobs && { responseLogprobs: true, logprobs }),
    ...toTextFormat(body),
    responseModalities: wanted.pictures ? ['TEXT', 'IMAGE'] : undefined,
    thinkingConfig: toThinking(body, wanted.thoughts, traits, notes),
  })
  return Object.keys(config).length > 0 ? config : undefined
}

function toTextFormat(body: Body) {
  const text = optional(body, 'text', toRecord)
  const format = text && optional(text, 'format', toRecord, 'text.format')
  return toAnswerFormat(format, 'text.format', toSchema)
}

function toSchema(format: Body): Body {
  required(format, 'name', toFilledText, 'text.format.name')
  return required(format, 'schema', toRecord, 'text.format.schema')
}

function toThinking(body: Body, showsThoughts: boolean, { thinking }: ModelTraits, notes: string[]) {
  const effort = effortOf(body)
  if (!thinking) {
    if (effort !== undefined) notes.push('reasoning.effort: the model takes none')
    return undefined
  }
  const shows = showsThoughts && effort !== 'none' ? { includeThoughts: true } : {}
  const config = { ...(effort !== undefined && amountOf(effort, thinking)), ...shows }
  return Object.keys(config).length > 0 ? config : undefined
}

/** `reasoning.effort` */
export function effortOf(body: Body): Effort | undefined {
  const reasoning = optional(body, 'reasoning', toRecord)
  return (
    reasoning &&
    optional(reasoning, 'effort', (value, param) => toOneOf(value, param, EFFORTS), 'reasoning.effort')
  )
}

/** `reasoning.summary`, or the deprecated `generate_summary`. */
export function summaryOf(body: Body): string | undefined {
  const reasoning = optional(body, 'reasoning', toRecord)
  if (!reasoning) return undefined
  const name = reasoning.summary == null ? 'generate_summary' : 'summary'
  return optional(
    reasoning,
    name,
    (value, param) => toOneOf(value, param, ['auto', 'concise', 'detailed', 'none']),
    `reasoning.${name}`,
  )
}
