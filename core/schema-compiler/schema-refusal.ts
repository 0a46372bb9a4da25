/** The places of a request that hold a schema, as Google writes them: `tools[0].function_declarations[1].parameters`. */
const PLACE = String.raw`[^']*(function_?declarations\[\d+\]\.(parameters|response)|response_?(json_?)?schema)`

/** Words in which Google refuses a schema, collected from real answers. */
const REFUSALS: readonly RegExp[] = [
  // The JSON of the request does not fit Google's `Schema`.
  new RegExp(String.raw`Unknown name \\?"[^"]*" at '${PLACE}`, 'i'),
  new RegExp(`Invalid value at '${PLACE}`, 'i'),
  /Unknown name \\?"(parameters|response)_?json_?schema/i,
  // Its parts contradict each other.
  /only allowed for (OBJECT|STRING|ARRAY|NUMBER|INTEGER|BOOLEAN) type/,
  /should be non-empty for (OBJECT|STRING) type/,
  /(items|type|properties|enum\[\d+\]|required\[\d+\])\W*: (missing field|must be specified|property is not defined|cannot be empty)/,
  /field predicate failed: \$type/,
  /(are|is) supported for (STRING|NUMBER|INTEGER) type/,
  // References.
  /reference to undefined schema/i,
  /\$ref\b.*\bset alongside/,
  // Its size.
  /too many states for serving/,
  /(schema|FunctionDeclaration)[^.]* exceeds the maximum allowed nesting depth/i,
  /schema[^.]*too (complex|large|deep)/i,
  /too (complex|large|deep)[^.]*schema/i,
]

/**
 * Whether the text of a 400 of Google's blames a schema, so that it is worth one more request with the schema
 * in the stricter dialect, `openapi`. "Request contains an invalid argument." alone names nothing.
 */
export function namesSchemaField(errorText: string): boolean {
  return REFUSALS.some((refusal) => refusal.test(errorText))
}
