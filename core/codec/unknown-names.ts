/** Names that are not among `known`, for a note; at most ten, each cut to 40 characters. */
export function unknownNames(
  holder: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): string[] {
  const names = Object.keys(holder).filter((name) => !known.has(name))
  const named = names.slice(0, 10).map((name) => name.slice(0, 40))
  return names.length > named.length ? [...named, `${names.length - named.length} more`] : named
}
