/** A path or a part of one, percent-decoded where it can be. */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a stray percent sign: nothing is named so, and whoever looks it up will say so
  }
}
