const ASSIGNMENT = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*(["'`]?)(.*)$/s

/** One sentence for each line of an environment file that sets nothing or never ends; no text of it is in one. */
export function warningsOfEnvFile(text: string, file: string): string[] {
  const lines = text.split(/\r?\n/)
  const warnings: string[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (/^\s*(#|$)/.test(line)) continue
    const [whole, quote = '', value = ''] = ASSIGNMENT.exec(line) ?? []
    if (whole === undefined) warnings.push(`${file}, line ${index + 1}, must be NAME=VALUE, but is not`)
    if (quote === '' || value.includes(quote)) continue
    const end = lines.findIndex((later, at) => at > index && later.includes(quote))
    if (end < 0) warnings.push(`${file}, line ${index + 1}, begins a quoted value that never ends`)
    else index = end
  }
  return warnings
}
