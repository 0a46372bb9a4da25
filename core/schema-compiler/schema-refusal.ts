/** Words in which Google refuses a schema, collected from real answers. */
const REFUSALS: readonly RegExp[] = [
  // The JSON of the request does not fit Google's `Schema`.
  /Unknown name \\?"[^"]*\\?" at '[^']*(parameters|response|schema)/i,
  /Invalid value at '[^']*(parameters|response|schema)/i,
  /Proto field is not repeating, cannot start list/,
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
