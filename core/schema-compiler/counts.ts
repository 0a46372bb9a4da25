/**
 * A count such as `minItems`; undefined where it is none. Google's JSON writes int64 as text.
 * https://protobuf.dev/programming-guides/json/
 */
export function readCount(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 ? count : undefined
}

/** The larger of two lower bounds, either of which may be missing. */
export function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b)
}

/** The smaller of two upper bounds, either of which may be missing. */
export function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b)
}

const PLURALS = { character: 'characters', item: 'items', property: 'properties' }

/** `At least 2 items.`, or nothing for bounds that say nothing. */
export function countSentences(
  what: keyof typeof PLURALS,
  least: number | undefined,
  most: number | undefined,
): string[] {
  const counted = (count: number) => `${count} ${count === 1 ? what : PLURALS[what]}`
  if (least !== undefined && least === most) return [`Exactly ${counted(least)}.`]
  return [
    ...(least === undefined || least === 0 ? [] : [`At least ${counted(least)}.`]),
    ...(most === undefined ? [] : [`At most ${counted(most)}.`]),
  ]
}
