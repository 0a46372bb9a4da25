/** Names that are not among `known`, for a note; at most ten, each cut to 40 characters. */
export function unknownNames(
  holder: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): string[] {
  return fewNames(Object.keys(holder).filter((name) => !known.has(name)))
}

/** Names as a note tells them: at most ten, each cut to so many characters, and how many more there are. */
export function fewNames(names: readonly string[], longest = 40): string[] {
  const named = names.slice(0, 10).map((name) => name.slice(0, longest))
  return names.length > named.length ? [...named, `${names.length - named.length} more`] : named
}
