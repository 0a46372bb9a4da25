import {
  isRecord,
  optional,
  refuse,
  refuseType,
  required,
  toFilledText,
  toList,
  toOneOf,
  toRecord,
  toText,
} from '../../../core/codec/request-values.ts'
import { CHOICES, type Choice } from '../tools.ts'
import { fullName } from './told-tools.ts'

type Fields = Readonly<Record<string, unknown>>

/** `tool_choice` in every form; names are the ones that the model is told. */
export function readResponseChoice(body: Fields, notes: string[]): Choice | undefined {
  return optional(body, 'tool_choice', (value, param) => {
    if (typeof value === 'string') return CHOICES[toOneOf(value, param, ['none', 'auto', 'required'])]
    if (!isRecord(value)) return refuseType(value, param, 'a string or an object')
    const type = required(value, 'type', toText, `${param}.type`)
    if (type === 'allowed_tools') return readAllowed(value, param)
    const name = nameOf(value, type, param)
    if (name !== undefined) return { mode: 'ANY', names: [name] } as const
    notes.push(`tool_choice: Gemini cannot be made to use ${type.slice(0, 40)}`)
    return undefined
  })
}

/** `allowed_tools` lies flat here; some clients write it as in chat completions. */
function readAllowed(value: Fields, param: string): Choice {
  const holder = optional(value, 'allowed_tools', toRecord, `${param}.allowed_tools`) ?? value
  const mode = toOneOf(holder.mode, `${param}.mode`, ['auto', 'required'])
  const tools = required(holder, 'tools', toList, `${param}.tools`)
  if (tools.length === 0) refuse('invalid_value', `${param}.tools`, `'${param}.tools' must not be empty`)
  const names = tools.flatMap((each, index) => {
    const place = `${param}.tools[${index}]`
    const tool = toRecord(each, place)
    return nameOf(tool, required(tool, 'type', toText, `${place}.type`), place) ?? []
  })
  return { ...CHOICES[mode]!, ...(names.length > 0 && { names }) }
}

/** The function that a choice means; undefined for one of Google's own tools. */
function nameOf(tool: Fields, type: string, param: string): string | undefined {
  if (type === 'local_shell' || type === 'shell' || type === 'apply_patch') return type
  if (type !== 'function' && type !== 'custom') return undefined
  const holder = optional(tool, type, toRecord, `${param}.${type}`) ?? tool
  const name = required(holder, 'name', toFilledText, `${param}.name`)
  return fullName({ name, namespace: optional(holder, 'namespace', toFilledText, `${param}.namespace`) })
}
