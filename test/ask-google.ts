import assert from 'node:assert/strict'
import type { SimulatedGoogle } from '../adapters/simulated-google/index.ts'

/** The key and the model's path that most tests use. */
export const KEY = 'AQ.first'
export const FLASH = '/v1beta/models/gemini-3.8-flash'

/** A question, and what a simulated Google answers to it. */
export const HELLO = { contents: [{ role: 'user', parts: [{ text: 'good <morning> to all of you' }] }] }
export const ANSWER = 'Hello! You said: good <morning> to all of you'

/** How a call differs from a plain one. */
export interface AskOptions {
  readonly key?: string
  /** Instead of the key's header. */
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
}

/** Asks a simulated Google, with `KEY` in its header where nothing else is said. */
export function createAsker(google: () => SimulatedGoogle) {
  return {
    post: (path: string, body: unknown = HELLO, options: AskOptions = {}): Promise<Response> =>
      fetch(google().url + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(options.headers ?? { 'x-goog-api-key': options.key ?? KEY }),
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        signal: options.signal,
      }),
    get: (path: string, key = KEY): Promise<Response> =>
      fetch(google().url + path, { headers: { 'x-goog-api-key': key } }),
  }
}

/** The body of an answer as JSON. */
export async function json(answer: Response | Promise<Response>) {
  return (await answer).json()
}

/** The events of a stream, which must end as Google's do. */
export async function events(answer: Response) {
  const text = await answer.text()
  assert.ok(text.endsWith('\r\n\r\n'), 'the last event is complete')
  return text
    .split('\r\n\r\n')
    .slice(0, -1)
    .map((event) => JSON.parse(event.replace(/^data: /, '')))
}

/** Waits for what other tasks of this process bring about. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
