import type { Part } from '../../core/canonical.ts'
import { mimeTypeOfName, toBase64, toMediaPart } from '../../core/codec/media.ts'
import {
  optional,
  refuse,
  refuseType,
  required,
  shown,
  toFilledText,
  toList,
  toOneOf,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'
import type { ModelTraits } from '../../core/models.ts'

type Fields = Readonly<Record<string, unknown>>
type PartReader = (part: Fields, param: string, traits: ModelTraits) => Part

/** The content of a user's message: a text, or parts of every kind. */
export function toUserParts(content: unknown, param: string, traits: ModelTraits): Part[] {
  return readContent(content, param, (part, place) => {
    const type = required(part, 'type', toText, `${place}.type`)
    const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined
    return read?.(part, place, traits) ?? refuseKind(type, place, Object.keys(READERS))
  })
}

/** The content of a message that holds texts only: of the system, an assistant or a tool. */
export function toTexts(content: unknown, param: string): string[] {
  return readContent(content, param, (part, place) => {
    const type = required(part, 'type', toText, `${place}.type`)
    if (type === 'text') return readText(part, place)
    if (type === 'refusal') return { text: required(part, 'refusal', toText, `${place}.refusal`) }
    return refuseKind(type, place, ['text'])
  }).map(({ text = '' }) => text)
}

function readContent(content: unknown, param: string, read: (part: Fields, place: string) => Part): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }]
  if (!Array.isArray(content)) return refuseType(content, param, 'a string or an array of parts')
  const parts = toList(content, param).map((part, index) => {
    const place = `${param}[${index}]`
    return read(toRecord(part, place), place)
  })
  return parts.filter(({ text }) => text !== '')
}

const READERS: Readonly<Record<string, PartReader>> = {
  text: readText,
  image_url: (part, place, traits) => readUrl(part, 'image_url', place, traits),
  /** No type of OpenAI's own, but the one that others serve videos by. */
  video_url: (part, place, traits) => readUrl(part, 'video_url', place, traits),
  /** Nor is this one; its bytes are data URLs, or base64 of a `format`. */
  input_video: (part, place) => {
    const param = `${place}.input_video`
    return toVideoPart(required(part, 'input_video', toRecord, param), param)
  },
  input_audio: (part, place) => {
    const param = `${place}.input_audio`
    return toAudioPart(required(part, 'input_audio', toRecord, param), param)
  },
  file: (part, place) => toFilePart(required(part, 'file', toRecord, `${place}.file`), `${place}.file`),
}

function refuseKind(type: string, place: string, known: readonly string[]): never {
  const list = known.map((each) => `'${each}'`).join(', ')
  return refuse(
    'invalid_value',
    `${place}.type`,
    `'${place}.type' must be one of ${list}, not ${shown(type)}`,
  )
}

function readText(part: Fields, place: string): Part {
  return { text: required(part, 'text', toText, `${place}.text`) }
}

function readUrl(part: Fields, field: string, place: string, traits: ModelTraits): Part {
  const param = `${place}.${field}`
  const holder = required(part, field, toRecord, param)
  const detail = optional(holder, 'detail', toDetail, `${param}.detail`)
  const media = toMediaPart(required(holder, 'url', toFilledText, `${param}.url`), `${param}.url`)
  return withDetail(media, detail, traits)
}

/** How closely the model is to look at a picture. */
export type Detail = 'auto' | 'low' | 'high' | 'original'

/** The `detail` of a picture. */
export function toDetail(value: unknown, param: string): Detail {
  return toOneOf(value, param, ['auto', 'low', 'high', 'original'])
}

/** A picture to be looked at so closely, where the model can be told. */
export function withDetail(media: Part, detail: Detail | undefined, { partResolution }: ModelTraits): Part {
  if (detail === undefined || detail === 'auto' || !partResolution) return media
  return { ...media, mediaResolution: { level: RESOLUTIONS[detail] } }
}

const RESOLUTIONS = {
  low: 'MEDIA_RESOLUTION_LOW',
  high: 'MEDIA_RESOLUTION_HIGH',
  original: 'MEDIA_RESOLUTION_ULTRA_HIGH',
} as const

/** The sound that an `input_audio` object holds. */
export function toAudioPart(audio: Fields, param: string): Part {
  const format = required(
    audio,
    'format',
    (value, at) => toOneOf(value, at, ['wav', 'mp3', 'aac', 'aiff', 'flac', 'm4a', 'ogg']),
    `${param}.format`,
  )
  const data = required(audio, 'data', toFilledText, `${param}.data`)
  if (/^(data|https?|gs):/i.test(data)) return toMediaPart(data, `${param}.data`)
  const mimeType = mimeTypeOfName(`.${format}`) ?? ''
  return { inlineData: { mimeType, data: toBase64(data, `${param}.data`) } }
}

/** The video that an `input_video` object holds, by its address or its bytes. */
function toVideoPart(video: Fields, param: string): Part {
  const url = optional(video, 'url', toFilledText, `${param}.url`)
  if (url !== undefined) return toMediaPart(url, `${param}.url`)
  const data = required(video, 'data', toFilledText, `${param}.data`)
  if (/^(data|https?|gs):/i.test(data)) return toMediaPart(data, `${param}.data`)
  const formats = ['mp4', 'webm', 'mov', 'mpeg', 'mpg', 'avi', 'wmv', '3gpp', 'flv']
  const format = required(video, 'format', (value, at) => toOneOf(value, at, formats), `${param}.format`)
  const mimeType = mimeTypeOfName(`.${format}`) ?? `video/${format}`
  return { inlineData: { mimeType, data: toBase64(data, `${param}.data`) } }
}

/** What `file_id`, or `file_data` and `filename`, stand for. */
export function toFilePart(file: Fields, param: string): Part {
  const id = optional(file, 'file_id', toFilledText, `${param}.file_id`)
  const name = optional(file, 'filename', toText, `${param}.filename`)
  if (id !== undefined) {
    if (/^(https?|gs):/.test(id)) return toMediaPart(id, `${param}.file_id`)
    refuse(
      'unsupported_value',
      `${param}.file_id`,
      "Uploaded files are not served yet: send the file as a data URL in 'file_data'",
    )
  }
  const data = required(file, 'file_data', toFilledText, `${param}.file_data`)
  if (/^(data|https?|gs):/i.test(data)) return toMediaPart(data, `${param}.file_data`)
  const mimeType = mimeTypeOfName(name ?? '')
  if (mimeType === undefined)
    refuse(
      'invalid_value',
      `${param}.file_data`,
      `'${param}.file_data' names no media type: send a data URL, or a 'filename' with a usual ending`,
    )
  return { inlineData: { mimeType, data: toBase64(data, `${param}.file_data`) } }
}
