import { refuse, required, shown, toText } from '../../core/codec/request-values.ts'

type Body = Readonly<Record<string, unknown>>

/** The form that an answer is asked to have, as Google has it; `schemaOf` reads the schema where there is one. */
export function toAnswerFormat(
  format: Body | undefined,
  param: string,
  schemaOf: (format: Body) => Body | undefined,
): Record<string, unknown> {
  if (!format) return {}
  const type = required(format, 'type', toText, `${param}.type`)
  switch (type) {
    case 'text':
      return {}
    case 'json_object':
      return { responseMimeType: 'application/json' }
    case 'json_schema':
      return { responseMimeType: 'application/json', responseJsonSchema: schemaOf(format) }
    default:
      return refuse(
        'invalid_value',
        `${param}.type`,
        `'${param}.type' must be 'text', 'json_object' or 'json_schema', not ${shown(type)}`,
      )
  }
}
