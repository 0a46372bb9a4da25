import { defined } from '../../core/codec/defined.ts'
import {
  optional,
  refuse,
  required,
  shown,
  toBoolean,
  toFilledText,
  toOneOf,
  toRecord,
} from '../../core/codec/request-values.ts'
import type { FunctionNames } from '../../core/schema-compiler/function-names.ts'
import type { DeclaredTools } from './tools.ts'

type Body = Readonly<Record<string, unknown>>

/** Google's `toolConfig` out of `tool_choice` and what the tools themselves ask for. */
export function toToolConfig(
  body: Body,
  declared: DeclaredTools,
  names: FunctionNames,
  notes: string[],
): Record<string, unknown> | undefined {
  const { functions, googles } = declared
  const choice = optional(body, 'tool_choice', (value, param) => readChoice(value, param, declared, notes))
  if (functions.length === 0) {
    if (choice?.mode === 'ANY' && googles.length === 0 && declared.otherNames.length === 0)
      refuse('invalid_value', 'tool_choice', "'tool_choice' asks for a call, but no tools are given")
    return undefined
  }
  const isMixed = googles.length > 0
  const isCareful = isMixed || functions.some(({ isStrict }) => isStrict)
  const isFree = choice === undefined || choice.mode === 'AUTO'
  const mode = isFree && isCareful ? 'VALIDATED' : choice?.mode
  const allowedFunctionNames = choice?.name === undefined ? undefined : [names.toGemini(choice.name)]
  const config = defined({
    functionCallingConfig: mode && defined({ mode, allowedFunctionNames }),
    includeServerSideToolInvocations: isMixed || undefined,
  })
  return Object.keys(config).length > 0 ? config : undefined
}

/** Whether the model is to make no more than one call at a time. */
export function isOneCall(body: Body): boolean {
  const choice = optional(body, 'tool_choice', toRecord) ?? {}
  return (
    optional(choice, 'disable_parallel_tool_use', toBoolean, 'tool_choice.disable_parallel_tool_use') ?? false
  )
}

interface Choice {
  readonly mode: 'NONE' | 'AUTO' | 'ANY'
  readonly name?: string
}

function readChoice(value: unknown, param: string, declared: DeclaredTools, notes: string[]): Choice {
  const choice = toRecord(value, param)
  const type = toOneOf(choice.type, `${param}.type`, ['auto', 'any', 'tool', 'none'])
  if (type !== 'tool') return MODES[type]
  const name = required(choice, 'name', toFilledText, `${param}.name`)
  if (declared.functions.some((each) => each.name === name)) return { mode: 'ANY', name }
  if (!declared.otherNames.includes(name))
    refuse(
      'invalid_value',
      `${param}.name`,
      `'${param}.name' is ${shown(name)}, which is not among the tools`,
    )
  notes.push('tool_choice: Google decides by itself when to use its own tools')
  return MODES.auto
}

const MODES = { auto: { mode: 'AUTO' }, any: { mode: 'ANY' }, none: { mode: 'NONE' } } as const

/** Whether no tool at all may be used. */
export function choosesNone(body: Body): boolean {
  return optional(body, 'tool_choice', toRecord)?.type === 'none'
}
