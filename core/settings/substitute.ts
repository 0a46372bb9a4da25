import { fieldOf, isMap, joinPath, memberFor, type Shape } from './schema-shape.ts'
import { isSecretSetting } from './setting-secrets.ts'
import { shownPath } from './shown-path.ts'
import { valueFromText } from './value-from-text.ts'

/** What variables stand for, and who hears of those that stand for nothing. */
export interface Substitution {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Takes one sentence for each setting whose variable is not set. */
  problem(setting: string, sentence: string): void
  /** The file, for the sentence. */
  readonly file: string
}

/**
 * A copy of parsed settings with `${NAME}` replaced by the environment inside every text; `$${` stands for a
 * plain `${`. A text that held a variable is then read as the setting wants it: a number, a list, …
 */
export function substitute(value: unknown, shape: Shape, path: string, by: Substitution): unknown {
  if (typeof value === 'string') return substituteText(value, shape, path, by)
  const member = memberFor(shape, value) ?? {}
  if (Array.isArray(value)) {
    return value.map((item, index) => substitute(item, member.items ?? {}, `${path}[${index}]`, by))
  }
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      substitute(field, fieldOf(member, name) ?? {}, joinPath(path, name), by),
    ]),
  )
}

const VARIABLE = /\$\$\{|\$\{([^}]*)\}/g

function substituteText(text: string, shape: Shape, path: string, by: Substitution): unknown {
  let replaced = false
  const result = text.replace(VARIABLE, (match: string, name: string | undefined) => {
    if (name === undefined) return '${'
    replaced = true
    return variable(name, path, by) ?? match
  })
  return replaced ? valueFromText(result, shape) : result
}

function variable(name: string, path: string, { environment, problem, file }: Substitution) {
  const setting = `Setting "${shownPath(path)}" in ${file}`
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    // What stands there may be a secret itself, such as a shell's default: ${TOKEN:-secret}.
    const held = isSecretSetting(path) ? '…' : name
    problem(path, `${setting} holds "\${${held}}", but only \${NAME} is replaced; write $\${ for a plain \${`)
    return undefined
  }
  const value = environment[name]
  if (value === undefined) problem(path, `${setting} needs the variable ${name}, which is not set`)
  return value
}
