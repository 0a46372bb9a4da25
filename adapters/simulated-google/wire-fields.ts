/** True for a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A field by its camelCase name, also where it was sent in snake_case. */
export function fieldOf(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined
  return value[name] ?? value[toSnakeCase(name)]
}

/** A repeated field; Google takes a single message for a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

/** `generationConfig` → `generation_config` */
export function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `generation_config` → `generationConfig` */
export function toCamelCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
