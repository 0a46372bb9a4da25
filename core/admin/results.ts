/** No answer lists more keys than this. */
const SHOWN = 1000

/** The first of many results, and how many there are beside. */
export interface Results<T> {
  readonly items: readonly T[]
  /** How many results are left out of `items`. */
  readonly omitted: number
}

/** Keeps an answer short whatever was asked for. */
export function firstOf<From, To>(all: readonly From[], show: (item: From) => To): Results<To> {
  return { items: all.slice(0, SHOWN).map(show), omitted: Math.max(0, all.length - SHOWN) }
}
