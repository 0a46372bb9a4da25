const LONGEST_JSON = 1_500

/** A value or a schema inside a sentence: as JSON, cut where it gets too long to read. */
export function asJson(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > LONGEST_JSON ? `${text.slice(0, LONGEST_JSON)}…` : text
}

/** A text with sentences behind it; undefined where there is neither. A sentence that is there stays single. */
export function withSentences(text: string | undefined, sentences: readonly string[]): string | undefined {
  let whole = text ?? ''
  for (const sentence of sentences) {
    if (!whole.includes(sentence)) whole = whole.trim() === '' ? sentence : `${closed(whole)} ${sentence}`
  }
  return text === undefined && whole === '' ? undefined : whole
}

function closed(text: string): string {
  const trimmed = text.trimEnd()
  return /[.!?:;…。！？]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
