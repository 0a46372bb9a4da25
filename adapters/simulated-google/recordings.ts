import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A recorded answer of the real API. */
export interface Recording {
  /** Its file's name. */
  readonly name: string
  /** `stream`: SSE events; `whole`: one JSON object, also where a streamed call was refused. */
  readonly kind: 'whole' | 'stream'
  /** 200, or the code of the error it holds. */
  readonly status: number
  readonly body: Buffer
}

/**
 * Every recorded answer in a data folder (`recorded/`, `recorded-gemini3/`), in the order of the names. A
 * streamed one always ends with a blank line, as the real server's answers do.
 */
export function readRecordings(dataFolder: string): readonly Recording[] {
  return ['recorded', 'recorded-gemini3']
    .map((folder) => join(dataFolder, folder))
    .filter(existsSync)
    .flatMap((folder) =>
      readdirSync(folder)
        .sort()
        .map((name) => [name, join(folder, name)] as const),
    )
    .filter(([name]) => /\.(json|txt)$/.test(name))
    .map(([name, path]) => toRecording(name, readFileSync(path)))
}

/** The replies in a recording, one for each event. */
export function repliesOf(recording: Recording): Record<string, unknown>[] {
  const text = recording.body.toString()
  if (recording.kind === 'whole') return [JSON.parse(text)]
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => JSON.parse(line.slice('data:'.length)))
}

function toRecording(name: string, bytes: Buffer): Recording {
  const text = bytes.toString()
  if (name.endsWith('.chunks.txt')) return streamed(name, eventsOf(text))
  if (/^data:/.test(text)) return streamed(name, completed(text))
  const code: unknown = JSON.parse(text)?.error?.code
  return { name, kind: 'whole', status: typeof code === 'number' ? code : 200, body: bytes }
}

function streamed(name: string, text: string): Recording {
  return { name, kind: 'stream', status: 200, body: Buffer.from(text) }
}

function eventsOf(lines: string): string {
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `data: ${line}\r\n\r\n`)
    .join('')
}

function completed(text: string): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  const bare = text.replace(/(\r?\n)+$/, '')
  return `${bare}${lineEnd}${lineEnd}`
}
