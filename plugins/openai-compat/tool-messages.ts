import {
  isRecord,
  optional,
  required,
  toFilledText,
  toList,
  toOneOf,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'
import { parseRecord } from '../../core/codec/tool-response.ts'
import { readCallId, signatureIn, signaturesInDetails } from './signatures.ts'

type Fields = Readonly<Record<string, unknown>>

/** A call that the model made earlier, as the history tells it. */
export interface ToolCall {
  /** Undefined for the deprecated `function_call`. */
  readonly id: string | undefined
  readonly name: string
  readonly args: Fields
  readonly signature: string | undefined
}

/** The calls of an assistant's message, in its order. */
export function readToolCalls(message: Fields, param: string, notes: string[]): ToolCall[] {
  const place = `${param}.tool_calls`
  const list = optional(message, 'tool_calls', toList, place) ?? []
  const details = signaturesInDetails(message)
  const calls = list.map((each, index) =>
    withDetail(readCall(toRecord(each, `${place}[${index}]`), `${place}[${index}]`, notes), details),
  )
  const older = optional(message, 'function_call', toRecord, `${param}.function_call`)
  if (older)
    calls.push({
      id: undefined,
      ...readFunction(older, `${param}.function_call`, notes),
      signature: signatureIn(older),
    })
  return calls
}

function withDetail(call: ToolCall, details: ReadonlyMap<string, string>): ToolCall {
  return { ...call, signature: call.signature ?? details.get(call.id ?? '') }
}

function readCall(call: Fields, param: string, notes: string[]): ToolCall {
  const { id, signature: inId } = readCallId(required(call, 'id', toFilledText, `${param}.id`))
  const type = optional(
    call,
    'type',
    (value, at) => toOneOf(value, at, ['function', 'custom']),
    `${param}.type`,
  )
  const signature = signatureIn(call) ?? signatureIn(recordOf(call.function)) ?? inId
  if (type !== 'custom') {
    const made = required(call, 'function', toRecord, `${param}.function`)
    return { id, ...readFunction(made, `${param}.function`, notes), signature }
  }
  const custom = required(call, 'custom', toRecord, `${param}.custom`)
  const name = required(custom, 'name', toFilledText, `${param}.custom.name`)
  const input = required(custom, 'input', toText, `${param}.custom.input`)
  return { id, name, args: { input }, signature }
}

const recordOf = (value: unknown): Fields => (isRecord(value) ? value : {})

function readFunction(made: Fields, param: string, notes: string[]): { name: string; args: Fields } {
  const name = required(made, 'name', toFilledText, `${param}.name`)
  const text = optional(made, 'arguments', toText, `${param}.arguments`) ?? ''
  return { name, args: toArgs(text, notes) }
}

/** A call's arguments. Models write some that are no JSON now and then, and their history must still be told. */
export function toArgs(text: string, notes: string[]): Fields {
  if (text.trim() === '') return {}
  const args = parseRecord(text)
  if (args) return args
  notes.push('tool_calls: arguments that are no JSON object are sent as the text "arguments"')
  return { arguments: text }
}
