import type { GenerateContentRequest } from '../core/canonical.ts'
import type { Call } from '../core/plugin.ts'
import { frozen } from './frozen.ts'

/** A call with this request, frozen; `more` says what else is special about it. */
export function callOf(request: GenerateContentRequest, more: Partial<Call> = {}): Call {
  return {
    id: 'req_1',
    at: 0,
    protocol: 'openai',
    operation: 'generateContent',
    model: 'gemini-3.8-flash',
    stream: false,
    client: 'tester',
    headers: new Headers(),
    request: frozen(request),
    notes: [],
    signal: new AbortController().signal,
    ...more,
  }
}
