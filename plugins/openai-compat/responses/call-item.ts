import { isRecord } from '../../../core/codec/request-values.ts'
import { toExtraContent } from '../signatures.ts'
import type { OutputLog } from './output-log.ts'
import type { ToldTool, ToolKind } from './told-tools.ts'

type Fields = Readonly<Record<string, unknown>>

/** A call that the model made, whole as Gemini gives it. */
export interface MadeCall {
  readonly id: string
  readonly told: ToldTool
  readonly args: Fields
  readonly signature: string | undefined
}

/** An id for a call that Google gave none: the `number`th of a response. */
export function toCallId(seed: string, number: number): string {
  return `call_${seed.replace(/[^A-Za-z0-9]/g, '').slice(-18)}${String(number).padStart(6, '0')}`
}

/** Tells a call as the item that its tool has, with that item's events. */
export function addCall(log: OutputLog, made: MadeCall): void {
  TELLERS[made.told.kind](log, made)
}

const TELLERS: Readonly<Record<ToolKind, (log: OutputLog, made: MadeCall) => void>> = {
  function: addFunctionCall,
  custom: addCustomCall,
  local_shell: (log, made) => addAction(log, 'lsh', made, { action: toLocalAction(made.args) }),
  shell: (log, made) => addAction(log, 'sh', made, { action: toShellAction(made.args), environment: null }),
  apply_patch: (log, made) => addAction(log, 'apc', made, { operation: toOperation(made.args) }),
}

function addFunctionCall(log: OutputLog, made: MadeCall): void {
  const head = headOf(made)
  const place = log.begin('fc', 'function_call', { status: 'in_progress', ...head, arguments: '' })
  const text = JSON.stringify(made.args)
  log.emit('response.function_call_arguments.delta', { ...place, delta: text })
  log.emit('response.function_call_arguments.done', { ...place, name: made.told.name, arguments: text })
  log.end(place, 'function_call', { status: 'completed', ...head, arguments: text, ...extraOf(made) })
}

function addCustomCall(log: OutputLog, made: MadeCall): void {
  const head = headOf(made)
  const place = log.begin('ctc', 'custom_tool_call', { status: 'in_progress', ...head, input: '' })
  const { input: given } = made.args
  const input = typeof given === 'string' ? given : JSON.stringify(made.args)
  log.emit('response.custom_tool_call_input.delta', { ...place, delta: input })
  log.emit('response.custom_tool_call_input.done', { ...place, input })
  log.end(place, 'custom_tool_call', { status: 'completed', ...head, input, ...extraOf(made) })
}

function headOf({ id, told }: MadeCall): Fields {
  return { call_id: id, name: told.name, ...(told.namespace !== undefined && { namespace: told.namespace }) }
}

/** Calls of the tools that OpenAI's models know come with all they have at once. */
function addAction(log: OutputLog, prefix: string, made: MadeCall, fields: Fields): void {
  const type = `${made.told.kind}_call`
  const place = log.begin(prefix, type, { status: 'in_progress', call_id: made.id, ...fields })
  log.end(place, type, { status: 'completed', call_id: made.id, ...fields, ...extraOf(made) })
}

function extraOf({ signature }: MadeCall): Fields {
  return signature === undefined ? {} : { extra_content: toExtraContent(signature) }
}

function toLocalAction({ command, env, timeout_ms, working_directory }: Fields): Fields {
  return {
    type: 'exec',
    command: toCommands(command),
    env: isRecord(env) ? env : {},
    timeout_ms: toCount(timeout_ms),
    working_directory: typeof working_directory === 'string' ? working_directory : null,
    user: null,
  }
}

function toShellAction({ commands, timeout_ms, max_output_length }: Fields): Fields {
  return {
    commands: toCommands(commands),
    timeout_ms: toCount(timeout_ms),
    max_output_length: toCount(max_output_length),
  }
}

function toCommands(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string')
}

const toCount = (value: unknown) => (typeof value === 'number' ? Math.trunc(value) : null)

function toOperation({ type, path, diff }: Fields): Fields {
  const file = typeof path === 'string' ? path : ''
  if (type === 'delete_file') return { type, path: file }
  return {
    type: type === 'create_file' ? type : 'update_file',
    path: file,
    diff: typeof diff === 'string' ? diff : '',
  }
}
