import { type Citation, toCitations, toGrounding } from './responses/citations.ts'

/** `annotations` of a message: where its text comes from. */
export interface Annotation {
  readonly type: 'url_citation'
  readonly url_citation: Omit<Citation, 'type'>
}

/** The places on the web that a text is grounded in, counted as JavaScript counts. */
export function toAnnotations(text: string, metadata: Readonly<Record<string, unknown>>): Annotation[] {
  const grounding = toGrounding(metadata)
  if (!grounding) return []
  return toCitations(text, grounding).map(({ type, ...url_citation }) => ({ type, url_citation }))
}
