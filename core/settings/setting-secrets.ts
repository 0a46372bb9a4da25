import { isMap, joinPath } from './schema-shape.ts'

const HIDDEN = '***'
const WHOLE = /^(keys|clients)(\[\d+\])?$/
const LAST_NAME = /(token|secret|password|passwd|key|credential|proxy|authorization)$/i
const HEADER = /(^|\.)headers(\.|$)/i

/** Whether the text of a setting must not be shown, by where it stands: keys, tokens, passwords, headers. */
export function isSecretSetting(path: string): boolean {
  return WHOLE.test(path) || LAST_NAME.test(path) || HEADER.test(path)
}

/** A setting's value as it may be shown: secrets as `***`, also inside lists, maps and URLs. */
export function withoutSecrets(path: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withoutSecrets(`${path}[${index}]`, item))
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, withoutSecrets(joinPath(path, name), field)]),
    )
  }
  if (typeof value !== 'string') return value
  return isSecretSetting(path) ? HIDDEN : withoutPassword(value)
}

function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^/\s:@]*):[^/\s]*@/g, `$1:${HIDDEN}@`)
}
