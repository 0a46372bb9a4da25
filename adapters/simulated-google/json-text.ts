/** JSON as Google writes a whole answer: two spaces of indentation, angle brackets escaped, a line end. */
export function toPrettyJson(value: unknown): string {
  return `${escapeBrackets(JSON.stringify(value, null, 2))}\n`
}

/** JSON as Google writes an SSE event: the indented form with its line breaks taken out. */
export function toLineJson(value: unknown): string {
  return escapeBrackets(JSON.stringify(value, null, 1).replace(/\n */g, ''))
}

function escapeBrackets(json: string): string {
  return json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e')
}
