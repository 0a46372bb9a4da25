/**
 * How a streamed native call wants its answer: as server-sent events, as one JSON array, or in a form of
 * Google's that the gateway does not read (`alt=proto`, `alt=media`).
 */
export type AnswerForm = 'events' | 'array' | 'other'

/** The form that a query asks for. */
export function answerFormOf(query: URLSearchParams): AnswerForm {
  const form = query.get('alt') ?? query.get('$alt') ?? 'json'
  if (form === 'sse') return 'events'
  return form === 'json' ? 'array' : 'other'
}

/** Whether a request asks for chosen fields only, so that what its answer lacks says nothing. */
export function isPartial(query: URLSearchParams, headers: Headers): boolean {
  return query.has('fields') || query.has('$fields') || headers.has('x-goog-fieldmask')
}
