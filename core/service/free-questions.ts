import type { UpstreamRequest } from '../call/upstream.ts'
import type { Fault } from '../fault.ts'

/** What may be asked of a service without a cost, and how a call for one token is asked of it. */
export interface FreeQuestions {
  /** Tells by its answer whether a key is good; `pageSize` is how many models are listed, where it is a list. */
  ofKey(pageSize: number): UpstreamRequest
  /** Whether a failed answer to it shows that the key was taken all the same. */
  isTaken(fault: Fault): boolean
  /** A path that shows, by any answer to it, that a way leads to the service. */
  readonly wayPath: string
  /** The path of a call that generates. */
  generationPath(model: string): string
}

/** Of the Gemini API: its list of models, which it does not count. */
export const GEMINI_QUESTIONS: FreeQuestions = {
  ofKey: (pageSize) => toQuestion('GET', `/v1beta/models?pageSize=${pageSize}`),
  isTaken: () => false,
  wayPath: '/v1beta/models?pageSize=1',
  generationPath: (model) => `/v1beta/models/${encodeURIComponent(model)}:generateContent`,
}

/** A request that no client made; a `body` is sent as JSON. */
export function toQuestion(
  method: 'GET' | 'POST',
  path: string,
  body?: string,
  model?: string,
): UpstreamRequest {
  return {
    method,
    path,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: () => body,
    model,
    repeatable: true,
  }
}
