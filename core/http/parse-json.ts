import { GatewayError } from '../errors.ts'
import { parseShallow } from './json-depth.ts'
import { jsonFault } from './json-fault.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The value that a request body holds. Anything but JSON in UTF-8 throws a GatewayError `invalid_request` that
 * says where the fault is and never shows the body's text.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes)
  try {
    return parseShallow(text)
  } catch {
    throw new GatewayError('invalid_request', complaint(text), { code: 'invalid_json' })
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new GatewayError('invalid_request', 'The request body is not valid UTF-8', { code: 'invalid_json' })
  }
}

function complaint(text: string): string {
  if (text.trim() === '') return 'The request body is empty; JSON is expected'
  const position = jsonFault(text)
  if (position === undefined) return 'The request body is nested too deeply'
  if (position === text.length) return 'The request body is not valid JSON: it ends too early'
  return `The request body is not valid JSON: fault at ${placeOf(position, text)}`
}

function placeOf(position: number, text: string): string {
  let line = 1
  let lineStart = 0
  for (let end = text.indexOf('\n'); end >= 0 && end < position; end = text.indexOf('\n', lineStart)) {
    line++
    lineStart = end + 1
  }
  return `line ${line}, column ${position - lineStart + 1}`
}
