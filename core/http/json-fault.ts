import { MAX_DEPTH } from './json-depth.ts'

type Expected = 'value' | 'value or close' | 'key' | 'key or close' | 'colon' | 'comma or close' | 'end'

const SPACE = /[ \t\n\r]*/y
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y

/**
 * The index of the first character that cannot stand where it stands in JSON, or the length of a text that ends
 * too early; undefined for JSON, and for what is nested more than 10 000 deep. Runtimes do not agree on telling
 * this. Source: RFC 8259.
 */
export function jsonFault(text: string): number | undefined {
  const open: string[] = []
  let expected: Expected = 'value'
  let index = skip(SPACE, text, 0)
  while (index < text.length && open.length <= MAX_DEPTH) {
    const character = text[index]!
    const end = endOfToken(text, index)
    if (end.fault !== undefined) return allows(expected, '"', open) ? end.fault : index
    if (!allows(expected, character, open)) return index
    expected = nextExpected(expected, character, open)
    index = skip(SPACE, text, end.index)
  }
  return expected === 'end' || open.length > MAX_DEPTH ? undefined : text.length
}

function endOfToken(text: string, index: number): { index: number; fault?: number } {
  const character = text[index]!
  if ('[]{}:,'.includes(character)) return { index: index + 1 }
  if (character === '"') return endOfString(text, index + 1)
  const end = skip(LITERAL, text, index)
  return end === index ? { index, fault: index } : { index: end }
}

function endOfString(text: string, from: number): { index: number; fault?: number } {
  let index = from
  while (index < text.length) {
    const code = text.charCodeAt(index)
    if (code === 0x22) return { index: index + 1 }
    const end = code === 0x5c ? skip(ESCAPE, text, index) : index + 1
    if (end === index || code < 0x20) return { index, fault: index }
    index = end
  }
  return { index, fault: index }
}

function allows(expected: Expected, character: string, open: readonly string[]): boolean {
  switch (character) {
    case ']':
      return open.at(-1) === '[' && (expected === 'value or close' || expected === 'comma or close')
    case '}':
      return open.at(-1) === '{' && (expected === 'key or close' || expected === 'comma or close')
    case ',':
      return expected === 'comma or close'
    case ':':
      return expected === 'colon'
    case '"':
      return expected.startsWith('value') || expected.startsWith('key')
    default:
      return expected.startsWith('value')
  }
}

/** What may follow an allowed token; keeps the list of what is open. */
function nextExpected(expected: Expected, character: string, open: string[]): Expected {
  if (character === '[' || character === '{') {
    open.push(character)
    return character === '[' ? 'value or close' : 'key or close'
  }
  if (character === ':') return 'value'
  if (character === ',') return open.at(-1) === '[' ? 'value' : 'key'
  if (character === '"' && expected.startsWith('key')) return 'colon'
  if (character === ']' || character === '}') open.pop()
  return open.length === 0 ? 'end' : 'comma or close'
}

function skip(pattern: RegExp, text: string, index: number): number {
  pattern.lastIndex = index
  return pattern.test(text) ? pattern.lastIndex : index
}
