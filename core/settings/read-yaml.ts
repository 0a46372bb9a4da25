import { type Document, type ErrorCode, isAlias, LineCounter, parseDocument, visit } from 'yaml'

/** What a YAML text says, or why it cannot be read: one sentence without an excerpt of the text. */
export type YamlResult = { readonly value: unknown } | { readonly problem: string }

/** Reads one YAML document; JSON is YAML too. An empty text is `undefined`. `name` is the file, for the sentence. */
export function readYaml(text: string, name: string): YamlResult {
  const lines = new LineCounter()
  const lineOf = (offset: number) => lines.linePos(offset).line
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    logLevel: 'error', // a warning would print a part of the text
  })
  const error = document.errors[0]
  if (error) return unreadable(name, reasonOf(error), lineOf(error.pos[0]))
  const alias = unresolvedAlias(document)
  if (alias !== undefined) return unreadable(name, UNRESOLVED, lineOf(alias))
  try {
    return { value: document.toJS() ?? undefined }
  } catch {
    return unreadable(name, 'It cannot be turned into settings; it may use too many aliases')
  }
}

const UNRESOLVED = 'There is no anchor for this alias; put quotes around a text that begins with *'

/** The errors of which the library's own message never holds a part of the text. */
const CONSTANT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ALIAS_PROPS',
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'DUPLICATE_KEY',
  'KEY_OVER_1024_CHARS',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'TAB_AS_INDENT',
])

const SENTENCES: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'An alias or an anchor has no proper name',
  BAD_DQ_ESCAPE: 'A \\ in double quotes begins something unknown; use single quotes',
  BAD_SCALAR_START: 'A text that begins with this character needs quotes',
  MULTIPLE_DOCS: 'It must be one document',
  UNEXPECTED_TOKEN: 'Something stands where nothing may; a text may need quotes',
}

function reasonOf({ code, message }: { readonly code: ErrorCode; readonly message: string }): string {
  if (CONSTANT.has(code)) return message.split('\n')[0]?.trim() ?? ''
  return SENTENCES[code] ?? 'It cannot be read here'
}

/** Where the first alias without an anchor stands. */
function unresolvedAlias(document: Document.Parsed): number | undefined {
  let offset: number | undefined
  visit(document, {
    Node(_, node) {
      if (!isAlias(node) || node.resolve(document)) return undefined
      offset = node.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return offset
}

function unreadable(name: string, reason: string, line?: number): YamlResult {
  const place = line === undefined ? '' : `, line ${line},`
  return { problem: `${name}${place} is not valid YAML: ${reason}` }
}
