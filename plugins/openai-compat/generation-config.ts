import { defined } from '../../core/codec/defined.ts'
import {
  optional,
  refuse,
  refuseType,
  required,
  toBoolean,
  toFilledText,
  toInteger,
  toList,
  toNumber,
  toOneOf,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'
import type { ModelTraits } from '../../core/models.ts'
import { toAnswerFormat } from './answer-format.ts'
import { toCandidateCount } from './google-fields.ts'
import { toThinking } from './thinking-wish.ts'

type Body = Readonly<Record<string, unknown>>

/** Google's `generationConfig` out of the body's parameters; what had to be left out is said in `notes`. */
export function toGenerationConfig(
  body: Body,
  traits: ModelTraits,
  notes: string[],
): Record<string, unknown> | undefined {
  const config = defined({
    temperature: optional(body, 'temperature', between(0, 2)),
    topP: optional(body, 'top_p', between(0, 1)),
    topK: optional(body, 'top_k', integerBetween(1, 2 ** 31 - 1)),
    candidateCount: optional(body, 'n', toCandidateCount),
    maxOutputTokens: toMaxTokens(body),
    stopSequences: toStops(body),
    seed: optional(body, 'seed', toSeed),
    ...toPenalties(body, traits, notes),
    ...toLogprobs(body),
    ...toAnswerFormat(optional(body, 'response_format', toRecord), 'response_format', toSchema),
    responseModalities: optional(body, 'modalities', toModalities),
    thinkingConfig: toThinking(body, traits, notes),
  })
  return Object.keys(config).length > 0 ? config : undefined
}

const between = (least: number, most: number) => (value: unknown, param: string) =>
  toNumber(value, param, least, most)

const integerBetween = (least: number, most: number) => (value: unknown, param: string) =>
  toInteger(value, param, least, most)

/** Google counts thoughts among them, as OpenAI does in `max_completion_tokens`, which goes before `max_tokens`. */
function toMaxTokens(body: Body): number | undefined {
  const older = optional(body, 'max_tokens', integerBetween(1, 2 ** 31 - 1))
  return optional(body, 'max_completion_tokens', integerBetween(1, 2 ** 31 - 1)) ?? older
}

function toStops(body: Body): string[] | undefined {
  const stops = optional(body, 'stop', (value) => {
    if (typeof value !== 'string' && !Array.isArray(value))
      return refuseType(value, 'stop', 'a string or an array of strings')
    const texts = [value].flat().map((text, index) => toText(text, `stop[${index}]`))
    return texts.filter((text) => text !== '')
  })
  if (stops && stops.length > MOST_STOPS)
    refuse('invalid_value', 'stop', `'stop' holds at most ${MOST_STOPS} texts, not ${stops.length}`)
  return stops?.length ? stops : undefined
}

/** Google's limit; OpenAI's is four. */
const MOST_STOPS = 5

/** Google's seed has 32 bits; the lower ones of a longer one are as good a seed. */
function toSeed(value: unknown, param: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) return refuseType(value, param, 'an integer')
  return Number(BigInt.asIntN(32, BigInt(value)))
}

function toPenalties(body: Body, { penalties }: ModelTraits, notes: string[]) {
  const read = (name: string) => {
    const penalty = optional(body, name, between(-2, 2)) || undefined
    if (penalty === undefined || penalties) return penalty === 2 ? BELOW_2 : penalty
    notes.push(`${name}: the model takes none`)
    return undefined
  }
  return { presencePenalty: read('presence_penalty'), frequencyPenalty: read('frequency_penalty') }
}

/** Google's penalties end before 2. */
const BELOW_2 = 1.99

function toLogprobs(body: Body) {
  const wanted = optional(body, 'logprobs', toBoolean) || undefined
  const logprobs = optional(body, 'top_logprobs', integerBetween(0, 20))
  if (logprobs !== undefined && !wanted)
    refuse('invalid_value', 'top_logprobs', "'top_logprobs' needs 'logprobs' to be true")
  return { responseLogprobs: wanted, logprobs: logprobs || undefined }
}

function toSchema(format: Body): Body | undefined {
  const param = 'response_format.json_schema'
  const described = required(format, 'json_schema', toRecord, param)
  required(described, 'name', toFilledText, `${param}.name`)
  return optional(described, 'schema', toRecord, `${param}.schema`)
}

/** `image` is no modality of OpenAI's, but what clients of image models send. */
function toModalities(value: unknown, param: string): string[] | undefined {
  const wanted = toList(value, param).map((each, index) =>
    toOneOf(each, `${param}[${index}]`, ['text', 'image', 'audio']),
  )
  return wanted.includes('image') ? wanted.map((each) => each.toUpperCase()) : undefined
}
