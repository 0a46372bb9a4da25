import type { Part } from '../../../core/canonical.ts'
import { toMediaPart } from '../../../core/codec/media.ts'
import {
  optional,
  refuse,
  refuseType,
  required,
  shown,
  toFilledText,
  toList,
  toRecord,
  toText,
} from '../../../core/codec/request-values.ts'
import type { ModelTraits } from '../../../core/models.ts'
import { toAudioPart, toDetail, toFilePart, withDetail } from '../message-parts.ts'

type Fields = Readonly<Record<string, unknown>>
type PartReader = (part: Fields, place: string, traits: ModelTraits) => Part

/** The content of a message or of a tool's output: a text, or parts of every kind; empty texts are left out. */
export function toContentParts(content: unknown, param: string, traits: ModelTraits): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }]
  if (!Array.isArray(content)) return refuseType(content, param, 'a string or an array of parts')
  const parts = toList(content, param).map((each, index) => {
    const place = `${param}[${index}]`
    const part = toRecord(each, place)
    const type = required(part, 'type', toText, `${place}.type`)
    const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined
    return read?.(part, place, traits) ?? refuseKind(type, place)
  })
  return parts.filter(({ text }) => text !== '')
}

/** The same where there may be texts only. */
export function toContentTexts(content: unknown, param: string, traits: ModelTraits): string[] {
  return toContentParts(content, param, traits).map(
    ({ text }) => text ?? refuse('invalid_value', param, `'${param}' must hold texts only`),
  )
}

const readText: PartReader = (part, place) => ({ text: required(part, 'text', toText, `${place}.text`) })

const READERS: Readonly<Record<string, PartReader>> = {
  input_text: readText,
  output_text: readText,
  /** Neither is documented here, but clients take them over from other places. */
  text: readText,
  summary_text: readText,
  refusal: (part, place) => ({ text: required(part, 'refusal', toText, `${place}.refusal`) }),
  input_image: readImage,
  input_file: readFile,
  input_audio: (part, place) => {
    const param = `${place}.input_audio`
    return toAudioPart(required(part, 'input_audio', toRecord, param), param)
  },
}

function refuseKind(type: string, place: string): never {
  const list = Object.keys(READERS)
    .map((each) => `'${each}'`)
    .join(', ')
  return refuse(
    'invalid_value',
    `${place}.type`,
    `'${place}.type' must be one of ${list}, not ${shown(type)}`,
  )
}

function readImage(part: Fields, place: string, traits: ModelTraits): Part {
  const detail = optional(part, 'detail', toDetail, `${place}.detail`)
  const url = optional(part, 'image_url', toFilledText, `${place}.image_url`)
  if (url === undefined && part.file_id != null) return toFilePart(part, place)
  const address = url ?? required(part, 'image_url', toFilledText, `${place}.image_url`)
  return withDetail(toMediaPart(address, `${place}.image_url`), detail, traits)
}

function readFile(part: Fields, place: string): Part {
  const url = optional(part, 'file_url', toFilledText, `${place}.file_url`)
  return url === undefined ? toFilePart(part, place) : toMediaPart(url, `${place}.file_url`)
}
