/** The same without the fields that are undefined; of plain objects whose names are ours. */
export function defined<T extends object>(fields: T): T {
  const kept = {} as T
  for (const name in fields) if (fields[name] !== undefined) kept[name] = fields[name]
  return kept
}
