const LONGEST = 300
const BEGINNING = 180
const END = 100

/** A path or a sentence as a person reads it: of one that is very long, how it begins and ends. */
export function brief(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, BEGINNING)} … ${text.slice(-END)}`
}
