import { Buffer } from 'node:buffer'

/** The file in a body of `multipart/related` (RFC 2387): JSON that describes it, then its bytes. */
export interface RelatedFile {
  /** What of a piece of the body is the file's, if anything; a few bytes come with the next piece. */
  push(piece: Uint8Array): Uint8Array | undefined
}

/** Longer descriptions are none. */
const LONGEST_HEAD = 64 * 1024

/** Reads a body from its beginning; undefined where the content type names no boundary. */
export function createRelatedFile(contentType: string): RelatedFile | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) return undefined
  const end = Buffer.from(`\r\n--${boundary}`, 'latin1')
  let state: 'head' | 'file' | 'over' = 'head'
  let kept: Buffer = Buffer.alloc(0)

  /** Behind the headers of the second part; undefined where they are not there yet. */
  function beginning(body: Buffer): number | undefined {
    const second = body.indexOf(end, end.length - 2)
    const headers = second < 0 ? -1 : body.indexOf('\r\n\r\n', second + end.length)
    return headers < 0 ? undefined : headers + 4
  }

  return {
    push(piece) {
      if (state === 'over') return undefined
      let body: Buffer = Buffer.concat([kept, piece])
      if (state === 'head') {
        const begin = beginning(body)
        if (begin === undefined) {
          if (body.length > LONGEST_HEAD) state = 'over'
          kept = body
          return undefined
        }
        state = 'file'
        body = body.subarray(begin)
      }
      const at = body.indexOf(end)
      if (at >= 0) state = 'over'
      const sure = at >= 0 ? at : Math.max(0, body.length - end.length + 1)
      kept = body.subarray(sure)
      return sure > 0 ? body.subarray(0, sure) : undefined
    },
  }
}
