import { isRecord } from './wire-fields.ts'

/** Reads a body of `multipart/related` (RFC 2387) that holds JSON, then a file. */
export function readRelated(
  body: Buffer,
  contentType: string,
): { readonly metadata: Record<string, unknown>; readonly bytes: Buffer } {
  const boundary = /boundary="?([^";]+)/i.exec(contentType)?.[1] ?? ''
  const mark = `--${boundary}`
  const second = body.indexOf(mark, body.indexOf(mark) + mark.length)
  const begin = body.indexOf('\r\n\r\n', second) + 4
  const json = body.subarray(body.indexOf('\r\n\r\n') + 4, second).toString()
  const metadata: unknown = JSON.parse(json)
  return {
    metadata: isRecord(metadata) ? metadata : {},
    bytes: body.subarray(begin, body.lastIndexOf(`\r\n${mark}--`)),
  }
}
