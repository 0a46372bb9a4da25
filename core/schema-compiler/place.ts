/** The path of what stands one keyword, name or index further in: `properties.port`. */
export function within(path: string, ...steps: readonly string[]): string {
  return path === '' ? steps.join('.') : [path, ...steps].join('.')
}
