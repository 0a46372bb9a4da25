import type { Part } from '../../core/canonical.ts'

/** Media that the model made, as a text block of its own: Anthropic's answers have no block for them. */
export function toPicture(data: Readonly<Record<string, unknown>>): string {
  const mimeType = String(data.mimeType)
  const kind = mimeType.startsWith('image/') ? '!' : ''
  return `${kind}[${mimeType}](data:${mimeType};base64,${data.data})`
}

/** The way back, for a text block that is one. */
export function fromPicture(text: unknown): Part | undefined {
  if (typeof text !== 'string' || !BEGINNING.test(text.slice(0, LONGEST)) || !text.endsWith(')'))
    return undefined
  const start = text.indexOf('](data:') + '](data:'.length
  const [mimeType = '', data = ''] = text.slice(start, -1).split(';base64,', 2)
  return DATA.test(data) ? { inlineData: { mimeType, data } } : undefined
}

const LONGEST = 200
const BEGINNING = /^!?\[([\w.+/-]+)\]\(data:\1;base64,/
const DATA = /^[A-Za-z0-9+/]+={0,2}$/
