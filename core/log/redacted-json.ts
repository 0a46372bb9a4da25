import type { Redactor } from './redactor.ts'

/** A value as JSON, without any secret in its texts. The names of fields stay, so that it is always JSON. */
export function redactedJson(value: unknown, redactor: Redactor, indent?: number): string {
  const clean = (_: string, part: unknown) => (typeof part === 'string' ? redactor.text(part) : part)
  return JSON.stringify(value, clean, indent)
}
