import type { Buffer } from 'node:buffer'

/** Fields of what a model and its tools tell each other. */
const FIELDS = ['args', 'arguments', 'response']

/**
 * Tells which places of a JSON body, or of a piece of one that begins outside of a text, are in what a model and its tools tell each other: the name of anything may be
 * there, and with another in its place it would not be what the model has signed. The body is walked through once,
 * when first asked.
 */
export function createToldValues(body: Buffer): (at: number) => boolean {
  let edges: readonly number[] | undefined
  return (at) => {
    edges ??= FIELDS.some((field) => body.includes(`"${field}"`)) ? edgesOf(body) : []
    return countUntil(edges, at) % 2 === 1
  }
}

/** Where such values begin and end, in turn. */
function edgesOf(body: Buffer): readonly number[] {
  const edges: number[] = []
  let depth = 0
  let outside: number | undefined
  let field = { from: 0, to: 0 }
  for (let here = 0; here < body.length; here++) {
    const byte = body[here]
    if (byte === QUOTE) {
      field = { from: here + 1, to: endOfText(body, here) }
      here = field.to
    } else if (byte === BRACE || byte === BRACKET) {
      if (outside === undefined && isTold(body, field, here)) {
        outside = depth
        edges.push(here)
      }
      depth++
    } else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) {
      depth--
      if (depth !== outside) continue
      outside = undefined
      edges.push(here)
    }
  }
  return edges
}

/** Whether what begins at a place is the value of such a field, `field` being the text before it. */
function isTold(body: Buffer, { from, to }: { readonly from: number; readonly to: number }, at: number) {
  if (!FIELDS.some(({ length }) => length === to - from)) return false
  return FIELDS.includes(body.toString('latin1', from, to)) && /^"\s*:\s*$/.test(gapBefore(body, to, at))
}

/** The bytes between; long ones are cut, since nobody writes as many spaces. */
function gapBefore(body: Buffer, from: number, to: number): string {
  return body.toString('latin1', from, Math.min(to, from + 100))
}

/** Where the text ends that begins with the quote at a place; the end of the body where it does not. */
function endOfText(body: Buffer, begin: number): number {
  let end = begin
  do end = body.indexOf(QUOTE, end + 1)
  while (end >= 0 && isEscaped(body, end))
  return end < 0 ? body.length : end
}

function isEscaped(body: Buffer, at: number): boolean {
  let backslashes = 0
  while (body[at - 1 - backslashes] === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}

/** How many of the rising numbers are not above a limit. */
function countUntil(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (numbers[middle]! <= limit) low = middle + 1
    else high = middle
  }
  return low
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [BRACE, CLOSING_BRACE, BRACKET, CLOSING_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d]
