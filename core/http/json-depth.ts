/** Deeper than any request. Runtimes write and walk what is nested deeper slowly, or not at all. */
export const MAX_DEPTH = 10_000

/** The value of a JSON text. Throws a SyntaxError for what is none, a RangeError for more than 10 000 levels. */
export function parseShallow(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (text.length > 2 * MAX_DEPTH && isDeeper(value)) throw new RangeError('nested too deeply')
  return value
}

/** Level by level, for the stack may be too short. */
function isDeeper(value: unknown): boolean {
  let level: readonly object[] = holdersIn([value])
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    level = level.flatMap((holder) => holdersIn(Array.isArray(holder) ? holder : Object.values(holder)))
  }
  return level.length > 0
}

function holdersIn(values: readonly unknown[]): object[] {
  return values.filter((value): value is object => typeof value === 'object' && value !== null)
}
