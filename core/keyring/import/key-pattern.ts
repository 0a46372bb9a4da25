import { RE2JS } from 're2js'

/** What keys look like; answers in a time that goes with the text's length, whatever the expression. */
export interface KeyPattern {
  /** Every match in a line, from left to right. */
  in(line: string): string[]
  /** Whether the whole text is one match. */
  fits(text: string): boolean
}

/** Both forms that Google gives out; a longer run of the same characters is none of them. */
export const KNOWN_FORMS: KeyPattern = {
  in: (line) => line.match(KNOWN) ?? [],
  fits: (text) => WHOLE.test(text),
}

const FORM = String.raw`AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])|AQ\.[0-9A-Za-z_.-]{19,}[0-9A-Za-z_-]`
const KNOWN = new RegExp(`(?<![0-9A-Za-z_.-])(?:${FORM})`, 'g')
const WHOLE = new RegExp(`^(?:${FORM})$`)

/** The longest expression that is taken. */
export const LONGEST_PATTERN = 1000
/** A line longer than this is no line of keys; it is left as it is. */
const LONGEST_LINE = 10_000
const PATIENCE_MILLISECONDS = 5_000

/**
 * A pattern of somebody's own, in RE2's syntax: as everywhere, but without look-around and back-references. Throws a
 * SyntaxError for what is none. A pattern that has worked for five seconds in all throws a RangeError from then on.
 */
export function compilePattern(expression: string): KeyPattern {
  const compiled = compile(expression)
  let spent = 0

  function timed<T>(work: () => T): T {
    if (spent > PATIENCE_MILLISECONDS) throw new RangeError('The pattern takes too long for this text')
    const begun = performance.now()
    try {
      return work()
    } finally {
      spent += performance.now() - begun
    }
  }

  return {
    in: (line) => (line.length > LONGEST_LINE ? [] : timed(() => matchesIn(compiled, line))),
    fits: (text) => text.length <= LONGEST_LINE && timed(() => compiled.matches(text)),
  }
}

function compile(expression: string): RE2JS {
  if (expression.length > LONGEST_PATTERN)
    throw new SyntaxError(`It is longer than ${LONGEST_PATTERN} characters`)
  try {
    return RE2JS.compile(expression)
  } catch (thrown) {
    throw new SyntaxError(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

function matchesIn(compiled: RE2JS, line: string): string[] {
  const matcher = compiled.matcher(line)
  const found: string[] = []
  while (matcher.find()) {
    const text = matcher.group()
    if (text) found.push(text)
  }
  return found
}
