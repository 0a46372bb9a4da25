import { isJsonObject } from './json-object.ts'

/** The object or list that a text is the JSON of; undefined for any other text, which stands for itself. */
export function jsonText(text: string): { readonly value: unknown } | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) || Array.isArray(value) ? { value } : undefined
  } catch {
    return undefined
  }
}
