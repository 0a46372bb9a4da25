import type { StreamEncoder } from '../../core/plugin.ts'
import { toErrorBody } from './error-body.ts'

/** `alt=sse`: one event a chunk, CRLF as Google writes it, no end mark. */
export function createEventEncoder(): StreamEncoder {
  return {
    contentType: 'text/event-stream',
    chunk: (chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`,
    end: () => '',
    error: (error) => `data: ${JSON.stringify(toErrorBody(error))}\r\n\r\n`,
    // An event without lines. Google's Python client throws on comments, its Go client on a lone line end.
    heartbeat: () => '\r\n\r\n',
  }
}

/** No `alt`: one JSON array that grows. */
export function createArrayEncoder(): StreamEncoder {
  let begun = false
  const element = (value: unknown) => {
    const text = `${begun ? ',\r\n' : '['}${JSON.stringify(value)}\n`
    begun = true
    return text
  }
  return {
    contentType: 'application/json; charset=UTF-8',
    chunk: element,
    end: () => (begun ? ']' : '[]'),
    error: (error) => `${element(toErrorBody(error))}]`,
    // White space may stand between the elements of an array, and before it.
    heartbeat: () => '\n',
    relayed() {
      begun = true
    },
  }
}
