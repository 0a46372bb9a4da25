import { toModelPattern } from './model-pattern.ts'

/** The value that a table of patterns has for a model, given without `models/`: that of the first that fits. */
export function byPattern<T>(table: Readonly<Record<string, T>>): (model: string) => T | undefined {
  const rows = Object.entries(table).map(([pattern, value]) => ({ fits: toModelPattern(pattern), value }))
  return (model) => rows.find(({ fits }) => fits(model))?.value
}
