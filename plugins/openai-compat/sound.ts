import { Buffer } from 'node:buffer'
import type { CompletionHead } from './completion.ts'
import type { SoundFormat } from './spoken-answers.ts'

/** Sound as Gemini gives it: 16 bit, one channel, without a header. */
export interface Sound {
  readonly samples: Buffer
  /** Samples a second. */
  readonly rate: number
}

/** The sound that a part holds: raw PCM, or a WAV file, as newer models give it. */
export function toSound(mimeType: string, data: string): Sound {
  const bytes = Buffer.from(data, 'base64')
  if (bytes.length < HEADER || bytes.toString('latin1', 0, 4) !== 'RIFF')
    return { samples: bytes, rate: Number(/rate=(\d+)/.exec(mimeType)?.[1] ?? USUAL_RATE) }
  let rate = USUAL_RATE
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4)
    const length = bytes.readUInt32LE(at + 4)
    const start = at + 8
    if (name === 'fmt ' && start + 8 <= bytes.length) rate = bytes.readUInt32LE(start + 4)
    // A file that was written as a stream states no length.
    if (name === 'data') return { samples: bytes.subarray(start, start + length || undefined), rate }
    at = start + length + (length % 2)
  }
  return { samples: Buffer.alloc(0), rate }
}

/** `audio` of a message. It is not kept, so that it ends as it begins. */
export function toAudio(sounds: readonly Sound[], format: SoundFormat, { id, created }: CompletionHead) {
  const data = toSoundData(sounds, format)
  return { id: id.replace('chatcmpl-', 'audio_'), data, transcript: '', expires_at: created }
}

/** Pieces of sound as one, in base64. */
function toSoundData(sounds: readonly Sound[], format: SoundFormat): string {
  const samples = Buffer.concat(sounds.map((sound) => sound.samples))
  const all = format === 'wav' ? Buffer.concat([toHeader(samples.length, sounds[0]!.rate), samples]) : samples
  return all.toString('base64')
}

const USUAL_RATE = 24_000
const HEADER = 44
const BYTES_A_SAMPLE = 2

/** Of a WAV file of 16 bit and one channel. */
function toHeader(length: number, rate: number): Buffer {
  const header = Buffer.alloc(HEADER)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(HEADER - 8 + length, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * BYTES_A_SAMPLE, 28)
  header.writeUInt16LE(BYTES_A_SAMPLE, 32)
  header.writeUInt16LE(8 * BYTES_A_SAMPLE, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(length, 40)
  return header
}
