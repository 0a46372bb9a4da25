import { LineCounter, parseDocument } from 'yaml'

/** What a YAML text says, or why it cannot be read: one sentence without an excerpt of the text. */
export type YamlResult = { readonly value: unknown } | { readonly problem: string }

/** Reads one YAML document; JSON is YAML too. An empty text is `undefined`. `name` is the file, for the sentence. */
export function readYaml(text: string, name: string): YamlResult {
  const lines = new LineCounter()
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
    const error = document.errors[0]
    if (error) return { problem: unreadable(name, error.message, lines.linePos(error.pos[0]).line) }
    return { value: document.toJS() ?? undefined }
  } catch (thrown) {
    return { problem: unreadable(name, thrown instanceof Error ? thrown.message : String(thrown)) }
  }
}

function unreadable(name: string, message: string, line?: number): string {
  const place = line === undefined ? '' : `, line ${line},`
  return `${name}${place} is not valid YAML: ${message.split('\n')[0]?.trim()}`
}
