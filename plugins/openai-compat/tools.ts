import { defined } from '../../core/codec/defined.ts'
import {
  isRecord,
  optional,
  refuse,
  refuseType,
  required,
  shown,
  toBoolean,
  toFilledText,
  toList,
  toOneOf,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'
import type { SchemaPlaces } from '../../core/plugin.ts'
import type { FunctionNames } from '../../core/schema-compiler/function-names.ts'
import { toGrammar } from './grammar.ts'
import { isSearchTool, searchIn } from './search-wish.ts'

type Fields = Readonly<Record<string, unknown>>

/** The functions that a request declares, in OpenAI's terms. */
export interface DeclaredTools {
  readonly style: 'tools' | 'functions'
  readonly tools: readonly DeclaredTool[]
  /** The tool that Google runs is among them, by this name. */
  readonly search?: string | undefined
}

/** One of them. */
export interface DeclaredTool {
  readonly name: string
  readonly description: string | undefined
  /** JSON Schema; undefined for a function without arguments. */
  readonly schema: Fields | undefined
  /** Where its schema stands in the request, for errors; none where the schema is the gateway's own. */
  readonly schemaAt?: string
  /** Takes a plain text instead of arguments. */
  readonly isCustom: boolean
  readonly isStrict: boolean
}

/** `tools`, or the deprecated `functions`; a function declared twice counts once. */
export function readTools(body: Fields): DeclaredTools {
  const list = optional(body, 'tools', toList) ?? []
  const tools = list.flatMap((tool, index) => (isSearchTool(tool) ? [] : [readTool(tool, index)]))
  const functions =
    optional(body, 'functions', toList)?.map((each, index) => {
      const param = `functions[${index}]`
      return readFunction(toRecord(each, param), param)
    }) ?? []
  const all = new Map<string, DeclaredTool>()
  for (const tool of [...tools, ...functions]) if (!all.has(tool.name)) all.set(tool.name, tool)
  const style = functions.length > 0 && tools.length === 0 ? 'functions' : 'tools'
  return { style, tools: [...all.values()], search: searchIn(body, list) }
}

function readTool(value: unknown, index: number): DeclaredTool {
  const param = `tools[${index}]`
  const tool = toRecord(value, param)
  const type = required(tool, 'type', toText, `${param}.type`)
  if (type === 'function') {
    const place = `${param}.function`
    return readFunction(required(tool, 'function', toRecord, place), place)
  }
  if (type === 'custom') return readCustom(required(tool, 'custom', toRecord, `${param}.custom`), param)
  return refuse(
    'invalid_value',
    `${param}.type`,
    `'${param}.type' must be 'function' or 'custom', not ${shown(type)}`,
  )
}

function readFunction(declared: Fields, param: string): DeclaredTool {
  return {
    name: required(declared, 'name', toFilledText, `${param}.name`),
    description: optional(declared, 'description', toText, `${param}.description`),
    schema: optional(declared, 'parameters', toRecord, `${param}.parameters`),
    schemaAt: `${param}.parameters`,
    isCustom: false,
    isStrict: optional(declared, 'strict', toBoolean, `${param}.strict`) ?? false,
  }
}

function readCustom(declared: Fields, param: string): DeclaredTool {
  const place = `${param}.custom`
  const format = optional(declared, 'format', toRecord, `${place}.format`)
  const description = optional(declared, 'description', toText, `${place}.description`)
  const grammar = format && grammarOf(format, `${place}.format`)
  return {
    name: required(declared, 'name', toFilledText, `${place}.name`),
    description: [description, grammar].filter(Boolean).join('\n\n') || undefined,
    schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
    isCustom: true,
    isStrict: false,
  }
}

/** In chats a grammar lies one further in than in responses. */
function grammarOf(format: Fields, param: string): string | undefined {
  const nested = optional(format, 'grammar', toRecord, `${param}.grammar`)
  return nested ? toGrammar({ ...nested, type: 'grammar' }, `${param}.grammar`) : toGrammar(format, param)
}

/** Where the schemas of a request stand, for what is said of them; `response` is the place of the answer's. */
export function placesOf({ tools }: DeclaredTools, names: FunctionNames, response: string): SchemaPlaces {
  const placed = tools.filter(({ schemaAt }) => schemaAt !== undefined)
  const parameters = new Map(placed.map(({ name, schemaAt = '' }) => [names.toGemini(name), schemaAt]))
  return { parameters, response }
}

/** Google's `tools`: all functions in one. */
export function toGoogleTools(
  { tools }: DeclaredTools,
  names: FunctionNames,
): Record<string, unknown>[] | undefined {
  if (tools.length === 0) return undefined
  const functionDeclarations = tools.map(({ name, description, schema }) =>
    defined({ name: names.toGemini(name), description, parametersJsonSchema: schema }),
  )
  return [{ functionDeclarations }]
}

/** Google's `toolConfig` out of `tool_choice`, or the deprecated `function_call`. */
export function toToolConfig(
  body: Fields,
  declared: DeclaredTools,
  names: FunctionNames,
): Record<string, unknown> | undefined {
  const param = body.tool_choice == null ? 'function_call' : 'tool_choice'
  return toCallingConfig(optional(body, param, readChoice), param, declared, names)
}

/** The same out of a choice that was read; `param` is where it stood. */
export function toCallingConfig(
  choice: Choice | undefined,
  param: string,
  declared: DeclaredTools,
  names: FunctionNames,
): Record<string, unknown> | undefined {
  if (declared.tools.length === 0) {
    if (choice && (choice.mode === 'ANY' || choice.names) && declared.search === undefined)
      refuse('invalid_value', param, `'${param}' asks for a call, but no tools are given`)
    return undefined
  }
  const allowed = choice?.names?.map((name) => {
    if (declared.tools.some((tool) => tool.name === name)) return names.toGemini(name)
    return refuse('invalid_value', param, `'${param}' names ${shown(name)}, which is not among the tools`)
  })
  const isStrict = declared.tools.some((tool) => tool.isStrict)
  const isFree = choice === undefined || choice.mode === 'AUTO'
  const mode = isFree && (isStrict || allowed) ? 'VALIDATED' : choice?.mode
  return mode && { functionCallingConfig: defined({ mode, allowedFunctionNames: allowed }) }
}

/** Whether the model may, must or must not call, and what; without names every function. */
export interface Choice {
  readonly mode: 'NONE' | 'AUTO' | 'ANY'
  readonly names?: readonly string[]
}

/** The choices that are one word. */
export const CHOICES: Readonly<Record<string, Choice>> = {
  none: { mode: 'NONE' },
  auto: { mode: 'AUTO' },
  required: { mode: 'ANY' },
}

function readChoice(value: unknown, param: string): Choice {
  if (typeof value === 'string') return CHOICES[toOneOf(value, param, ['none', 'auto', 'required'])]!
  if (!isRecord(value)) return refuseType(value, param, 'a string or an object')
  if (param === 'function_call')
    return { mode: 'ANY', names: [required(value, 'name', toFilledText, `${param}.name`)] }
  const type = toOneOf(value.type, `${param}.type`, ['function', 'custom', 'allowed_tools'])
  if (type !== 'allowed_tools') return { mode: 'ANY', names: [nameIn(value, type, param)] }
  return readAllowed(required(value, type, toRecord, `${param}.${type}`), `${param}.${type}`)
}

function readAllowed(allowed: Fields, param: string): Choice {
  const mode = toOneOf(allowed.mode, `${param}.mode`, ['auto', 'required'])
  const tools = required(allowed, 'tools', toList, `${param}.tools`)
  if (tools.length === 0) refuse('invalid_value', `${param}.tools`, `'${param}.tools' must not be empty`)
  const names = tools.map((each, index) => {
    const place = `${param}.tools[${index}]`
    const tool = toRecord(each, place)
    return nameIn(tool, toOneOf(tool.type, `${place}.type`, ['function', 'custom']), place)
  })
  return { ...CHOICES[mode]!, names }
}

function nameIn(holder: Fields, type: string, param: string): string {
  const place = `${param}.${type}`
  return required(required(holder, type, toRecord, place), 'name', toFilledText, `${place}.name`)
}
