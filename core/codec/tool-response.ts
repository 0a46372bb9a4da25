import { parseShallow } from '../http/json-depth.ts'
import { isRecord } from './request-values.ts'

type Fields = Readonly<Record<string, unknown>>

/** What a tool answered as the object that Google wants: its own JSON object, else its text as `result`. */
export function toResponse(text: string): Fields {
  return (survives(text) && parseRecord(text)) || { result: text }
}

/** Long whole numbers lose digits on their way through JSON, and Google reads `$ref` as a reference of its own. */
function survives(text: string): boolean {
  return !(LONG_NUMBER.test(text) || text.includes('"$ref"'))
}

const LONG_NUMBER = /[:[,\s]-?\d{16}/

/** The JSON object that a text is; undefined for any other text, and for one that is nested too deeply. */
export function parseRecord(text: string): Fields | undefined {
  try {
    const value: unknown = parseShallow(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
