import type { GenerateContentResponse } from '../../core/canonical.ts'
import type { ErrorAnswer } from './error-answer.ts'
import type { Exchange } from './exchange.ts'
import { toLineJson, toPrettyJson } from './json-text.ts'
import type { Step } from './plans.ts'
import { mergeChunks } from './replies.ts'

/** How an answer is framed: one object, SSE events, or a JSON array that grows. */
export type Framing = 'whole' | 'sse' | 'array'

const GOOGLE_HEADERS = {
  vary: 'Origin, X-Origin, Referer',
  server: 'scaffolding on HTTPServer2',
  'x-xss-protection': '0',
  'x-frame-options': 'SAMEORIGIN',
  'x-content-type-options': 'nosniff',
  'server-timing': 'gfet4t7; dur=42',
  'alt-svc': 'h3=":443"; ma=2592000,h3-29=":443"; ma=2592000',
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=UTF-8', ...GOOGLE_HEADERS }

/** The headers of a good answer in this framing. */
export function headersOf(framing: Framing): Readonly<Record<string, string>> {
  if (framing !== 'sse') return JSON_HEADERS
  return { 'content-type': 'text/event-stream', 'content-disposition': 'attachment', ...GOOGLE_HEADERS }
}

/** A whole JSON answer. */
export function sendJson(exchange: Exchange, body: unknown): void {
  exchange.head(200, JSON_HEADERS)
  exchange.end(toPrettyJson(body))
}

/** A refusal; `wrapped` puts it into a list of one, as Google does where the answer would have been a list. */
export function refuse(exchange: Exchange, error: ErrorAnswer, wrapped: boolean): void {
  const body = toPrettyJson({ error })
  exchange.head(error.code, JSON_HEADERS)
  exchange.end(wrapped ? `[${body}]` : body)
}

/** Carries out the steps of a generation. */
export async function deliver(exchange: Exchange, steps: readonly Step[], framing: Framing): Promise<void> {
  if (framing === 'whole') await deliverWhole(exchange, steps)
  else await deliverStream(exchange, steps, FRAMES[framing], headersOf(framing))
}

interface Frames {
  chunk(value: unknown, index: number): string
  end(count: number): string
}

const FRAMES: Record<'sse' | 'array', Frames> = {
  sse: { chunk: (value) => `data: ${toLineJson(value)}\r\n\r\n`, end: () => '' },
  array: {
    chunk: (value, index) => `${index === 0 ? '[' : ',\r\n'}${toPrettyJson(value)}`,
    end: (count) => (count === 0 ? '[]' : ']'),
  },
}

async function deliverStream(
  exchange: Exchange,
  steps: readonly Step[],
  frames: Frames,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  let count = 0
  for (const step of steps) {
    if (exchange.isOver) return
    if (step.step === 'wait') await exchange.wait(step.milliseconds)
    else if (step.step === 'reset') return exchange.reset()
    else exchange.head(200, headers)
    if (step.step === 'headers' || step.step === 'hang') exchange.flush()
    if (step.step === 'hang') return exchange.over
    if (step.step === 'chunk') await exchange.write(frames.chunk(step.chunk, count++))
    if (step.step === 'error') await exchange.write(frames.chunk({ error: step.error }, count++))
  }
  exchange.head(200, headers)
  exchange.end(frames.end(count))
}

async function deliverWhole(exchange: Exchange, steps: readonly Step[]): Promise<void> {
  const chunks: GenerateContentResponse[] = []
  const begins = steps.some(({ step }) => step === 'headers')
  for (const step of steps) {
    if (exchange.isOver) return
    if (step.step === 'wait') await exchange.wait(step.milliseconds)
    if (step.step === 'chunk') chunks.push(step.chunk)
    if (step.step === 'error') return refuse(exchange, step.error, false)
    if (step.step === 'reset' || step.step === 'hang') {
      if (begins) await breakOff(exchange, chunks)
      return step.step === 'reset' ? exchange.reset() : exchange.over
    }
  }
  sendJson(exchange, mergeChunks(chunks))
}

/** Headers, and half of the answer where there was to be one. */
async function breakOff(exchange: Exchange, chunks: readonly GenerateContentResponse[]): Promise<void> {
  exchange.head(200, JSON_HEADERS)
  exchange.flush()
  if (chunks.length === 0) return
  const body = toPrettyJson(mergeChunks(chunks))
  await exchange.write(body.slice(0, body.length / 2))
}

/** Events of the OpenAI layer, which ends its lines with LF alone; a text goes out as it is. */
export async function deliverEvents(exchange: Exchange, events: readonly unknown[]): Promise<void> {
  exchange.head(200, headersOf('sse'))
  for (const event of events) {
    await exchange.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`)
  }
  exchange.end()
}
