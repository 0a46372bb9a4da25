/** The tags in a text, separated by commas, semicolons, bars or spaces; undefined where there is none. */
export function listOfTags(text: string | undefined): string[] | undefined {
  const tags = text?.split(/[\s,;|]+/).filter((tag) => tag !== '') ?? []
  return tags.length === 0 ? undefined : [...new Set(tags)]
}
