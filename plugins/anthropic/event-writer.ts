import type { BlockSink } from './blocks-out.ts'

/** Writes the blocks of an answer as server-sent events, and other events between them. */
export interface EventWriter extends BlockSink {
  write(type: string, fields: object): void
  /** What was written since the last time. */
  take(): string
}

/** A writer whose first block has the index 0. */
export function createEventWriter(): EventWriter {
  let text = ''
  let index = -1
  let beforeText = ''

  function write(type: string, fields: object): void {
    text += toEvent(type, { type, ...fields })
  }

  return {
    write,
    start(content_block) {
      index++
      beforeText = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"text_delta","text":`
      write('content_block_start', { index, content_block })
    },
    delta(delta) {
      // Nearly all of a stream is text.
      if (delta.type === 'text_delta') text += `${beforeText}${JSON.stringify(delta.text)}}}\n\n`
      else write('content_block_delta', { index, delta })
    },
    stop: () => write('content_block_stop', { index }),
    take() {
      const written = text
      text = ''
      return written
    },
  }
}

/** One event; Anthropic's SDK passes over those without an `event:` line. */
export function toEvent(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}
