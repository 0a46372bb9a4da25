import {
  isRecord,
  optional,
  refuse,
  required,
  toFilledText,
  toOneOf,
  toRecord,
} from '../../core/codec/request-values.ts'

type Fields = Readonly<Record<string, unknown>>

/** The forms of sound that need no encoder. */
export type SoundFormat = 'wav' | 'pcm16'

/** What a request says of the answer's sound. */
export interface Spoken {
  readonly format: SoundFormat
  readonly speechConfig: Fields
}

/** `audio` of a request that asks for a spoken answer by its `modalities`; undefined for any other. */
export function toSpoken(body: Fields, notes: string[]): Spoken | undefined {
  const { modalities } = body
  if (!Array.isArray(modalities) || !modalities.includes('audio')) {
    if (optional(body, 'audio', toRecord)) notes.push("audio: only used where 'modalities' ask for it")
    return undefined
  }
  const audio = required(body, 'audio', toRecord)
  const format = required(audio, 'format', toFormat, 'audio.format')
  if (format === 'wav' && body.stream === true)
    refuse('unsupported_value', 'audio.format', "A spoken answer is streamed as 'pcm16' only")
  const voiceName = required(audio, 'voice', toVoice, 'audio.voice')
  return { format, speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName } } } }
}

function toFormat(value: unknown, param: string): SoundFormat {
  const format = toOneOf(value, param, ['wav', 'pcm16', 'pcm', 'mp3', 'opus', 'aac', 'flac'])
  if (format === 'wav') return format
  if (format === 'pcm16' || format === 'pcm') return 'pcm16'
  return refuse(
    'unsupported_value',
    param,
    `Gemini speaks no ${format}, and the gateway has no encoder: ask for 'wav' or 'pcm16'`,
  )
}

function toVoice(value: unknown, param: string): string {
  const name = isRecord(value)
    ? required(value, 'id', toFilledText, `${param}.id`)
    : toFilledText(value, param)
  return Object.hasOwn(VOICES, name) ? VOICES[name]! : name
}

/** OpenAI's voices by those of Gemini that come near; any other name is one of Gemini's own. */
const VOICES: Readonly<Record<string, string>> = {
  alloy: 'Kore',
  ash: 'Charon',
  ballad: 'Puck',
  cedar: 'Umbriel',
  coral: 'Aoede',
  echo: 'Orus',
  fable: 'Fenrir',
  marin: 'Despina',
  nova: 'Leda',
  onyx: 'Algenib',
  sage: 'Sulafat',
  shimmer: 'Zephyr',
  verse: 'Iapetus',
}
