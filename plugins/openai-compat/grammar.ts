import { refuse, required, toText } from '../../core/codec/request-values.ts'

/** The `format` of a custom tool in words, for a model that cannot be held to it; undefined for plain text. */
export function toGrammar(
  format: Readonly<Record<string, unknown>> | undefined,
  param: string,
): string | undefined {
  if (!format || format.type === 'text') return undefined
  if (format.type !== 'grammar')
    return refuse('invalid_value', `${param}.type`, `'${param}.type' must be 'text' or 'grammar'`)
  const definition = required(format, 'definition', toText, `${param}.definition`)
  const syntax = required(format, 'syntax', toText, `${param}.syntax`)
  const kind = syntax === 'regex' ? 'match this regular expression' : `follow this ${syntax} grammar`
  return `The input is plain text, neither JSON nor fenced. It must ${kind}:\n${definition}`
}
