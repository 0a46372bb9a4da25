/** Whether a pattern means a model. In it `*` stands for any text, also none; all else for itself. */
export type ModelPattern = (model: string) => boolean

/** Reads a pattern such as `gemini-*-flash` or `*`. Model names are given without `models/`. */
export function toModelPattern(pattern: string): ModelPattern {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return (model) => model === pattern
  return (model) => {
    if (!model.startsWith(first) || !model.endsWith(last)) return false
    // Each piece as early as it comes: where that fails, nothing else fits.
    let from = first.length
    for (const piece of rest) {
      const at = model.indexOf(piece, from)
      if (at < 0) return false
      from = at + piece.length
    }
    return from + last.length <= model.length
  }
}

/** Whether any of several patterns means a model. */
export function toAnyPattern(patterns: readonly string[]): ModelPattern {
  const all = patterns.map(toModelPattern)
  return (model) => all.some((fits) => fits(model))
}
