/** The path of what stands one keyword, name or index further in: `properties.port`. */
export function within(path: string, step: string, ...more: readonly string[]): string {
  const rest = more.length === 0 ? step : `${step}.${more.join('.')}`
  return path === '' ? rest : `${path}.${rest}`
}
