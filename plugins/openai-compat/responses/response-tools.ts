import { defined } from '../../../core/codec/defined.ts'
import {
  optional,
  refuse,
  required,
  shown,
  toBoolean,
  toFilledText,
  toList,
  toRecord,
  toText,
} from '../../../core/codec/request-values.ts'
import type { ModelTraits } from '../../../core/models.ts'
import { toGrammar } from '../grammar.ts'
import type { DeclaredTool } from '../tools.ts'
import { itemsOf } from './input.ts'
import { toMcpServer } from './mcp.ts'
import { fullName, SHELL_TOOLS, type ShellKind, type ToldTool } from './told-tools.ts'

type Fields = Readonly<Record<string, unknown>>

/** The tools of a request, apart by who runs them. */
export interface ResponseTools {
  /** Those that the client runs, by the name that the model is told. */
  readonly functions: ReadonlyMap<string, { readonly declared: DeclaredTool; readonly told: ToldTool }>
  /** Google's own, each an element of its `tools`. */
  readonly googles: readonly Record<string, unknown>[]
  /** The model is to make pictures too. */
  readonly pictures: boolean
}

/**
 * Reads `tools`, and those that items of the input add; one that is declared twice counts once. Refuses tools that
 * Gemini has no counterpart for.
 */
export function readResponseTools(body: Fields, traits: ModelTraits, notes: string[]): ResponseTools {
  const reading: Reading = {
    functions: new Map(),
    googles: new Map(),
    mcp: [],
    pictures: false,
    traits,
    notes,
  }
  readList(body, 'tools', reading)
  for (const [index, item] of itemsOf(body).entries())
    if (item.type === 'additional_tools') readList(item, `input[${index}].tools`, reading)
  const mcp = reading.mcp.length > 0 ? [{ mcpServers: reading.mcp }] : []
  return {
    functions: reading.functions,
    googles: [...reading.googles.values(), ...mcp],
    pictures: reading.pictures,
  }
}

function readList(holder: Fields, place: string, reading: Reading): void {
  for (const [index, each] of (optional(holder, 'tools', toList, place) ?? []).entries()) {
    const param = `${place}[${index}]`
    const tool = toRecord(each, param)
    const type = required(tool, 'type', toText, `${param}.type`)
    const read = (Object.hasOwn(READERS, type) && READERS[type]) || refuseTool(type, `${param}.type`)
    read(tool, param, reading)
  }
}

interface Reading {
  readonly functions: Map<string, { readonly declared: DeclaredTool; readonly told: ToldTool }>
  readonly googles: Map<string, Record<string, unknown>>
  readonly mcp: unknown[]
  pictures: boolean
  readonly traits: ModelTraits
  readonly notes: string[]
}

type ToolReader = (tool: Fields, param: string, reading: Reading) => void

const READERS: Readonly<Record<string, ToolReader>> = {
  function: (tool, param, reading) => addFunction(tool, param, reading),
  custom: (tool, param, reading) => addCustom(tool, param, reading),
  namespace: addNamespace,
  local_shell: (_tool, _param, reading) => addShell('local_shell', reading),
  shell: (_tool, _param, reading) => addShell('shell', reading),
  apply_patch: (_tool, _param, reading) => addShell('apply_patch', reading),
  web_search: addSearch,
  web_search_preview: addSearch,
  web_search_2025_08_26: addSearch,
  web_search_preview_2025_03_11: addSearch,
  code_interpreter: (_tool, _param, { googles }) => void googles.set('code', { codeExecution: {} }),
  image_generation: addPictures,
  mcp: (tool, param, { mcp, notes }) => void mcp.push(toMcpServer(tool, param, notes)),
  tool_search: addNothing,
  programmatic_tool_calling: addNothing,
}

/** Tools that are known and not served, and what to do instead. */
const UNSERVED: Readonly<Record<string, string>> = {
  file_search: 'vector stores are not kept here: send the files as input, or search them in a function',
  computer: 'Gemini drives no screen in this protocol',
  computer_use: 'Gemini drives no screen in this protocol',
  computer_use_preview: 'Gemini drives no screen in this protocol',
}

function refuseTool(type: string, param: string): never {
  const known = Object.hasOwn(UNSERVED, type) ? UNSERVED[type] : undefined
  if (known !== undefined) refuse('unsupported_value', param, `The tool '${type}' is not served: ${known}`)
  const list = Object.keys(READERS).filter((name) => !/\d/.test(name))
  return refuse(
    'invalid_value',
    param,
    `'${param}' must be one of ${list.map((each) => `'${each}'`).join(', ')}, not ${shown(type)}`,
  )
}

function addFunction(tool: Fields, param: string, reading: Reading, namespace?: Namespace): void {
  const name = required(tool, 'name', toFilledText, `${param}.name`)
  const description = optional(tool, 'description', toText, `${param}.description`)
  add(
    reading,
    { kind: 'function', name, ...named(namespace) },
    {
      description: described(description, namespace),
      schema: optional(tool, 'parameters', toRecord, `${param}.parameters`),
      schemaAt: `${param}.parameters`,
      isCustom: false,
      isStrict: optional(tool, 'strict', toBoolean, `${param}.strict`) ?? false,
    },
  )
}

/** A function of one text; what the text must look like is told in words. */
function addCustom(tool: Fields, param: string, reading: Reading, namespace?: Namespace): void {
  const name = required(tool, 'name', toFilledText, `${param}.name`)
  const description = optional(tool, 'description', toText, `${param}.description`)
  const grammar = toGrammar(optional(tool, 'format', toRecord, `${param}.format`), `${param}.format`)
  const text = [described(description, namespace), grammar].filter((each) => each !== undefined).join('\n\n')
  add(
    reading,
    { kind: 'custom', name, ...named(namespace) },
    {
      description: text || undefined,
      schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
      isCustom: true,
      isStrict: false,
    },
  )
}

interface Namespace {
  readonly name: string
  readonly description: string | undefined
}

function addNamespace(tool: Fields, param: string, reading: Reading): void {
  const namespace = {
    name: required(tool, 'name', toFilledText, `${param}.name`),
    description: optional(tool, 'description', toText, `${param}.description`),
  }
  for (const [index, each] of required(tool, 'tools', toList, `${param}.tools`).entries()) {
    const place = `${param}.tools[${index}]`
    const inner = toRecord(each, place)
    const type = required(inner, 'type', toText, `${place}.type`)
    if (type === 'function') addFunction(inner, place, reading, namespace)
    else if (type === 'custom') addCustom(inner, place, reading, namespace)
    else
      refuse(
        'invalid_value',
        `${place}.type`,
        `'${place}.type' must be 'function' or 'custom', not ${shown(type)}`,
      )
  }
}

const named = (namespace: Namespace | undefined) => (namespace ? { namespace: namespace.name } : {})

function described(description: string | undefined, namespace: Namespace | undefined): string | undefined {
  if (!namespace?.description) return description
  return description ? `${namespace.description}\n\n${description}` : namespace.description
}

function addShell(kind: ShellKind, reading: Reading): void {
  const { name, ...declared } = SHELL_TOOLS[kind]
  add(reading, { kind, name }, declared)
}

function add({ functions }: Reading, told: ToldTool, declared: Omit<DeclaredTool, 'name'>): void {
  const name = fullName(told)
  if (!functions.has(name)) functions.set(name, { declared: { ...declared, name }, told })
}

function addSearch(tool: Fields, _param: string, { googles, notes }: Reading): void {
  googles.set('search', { googleSearch: {} })
  const narrowed = ['filters', 'user_location', 'search_context_size'].filter((field) => tool[field] != null)
  for (const field of narrowed) notes.push(`web_search: Gemini has no counterpart of ${field}`)
}

function addPictures(_tool: Fields, _param: string, reading: Reading): void {
  if (reading.traits.pictures) reading.pictures = true
  else reading.notes.push('image_generation: the model makes no pictures')
}

function addNothing({ type }: Fields, _param: string, { notes }: Reading): void {
  notes.push(`${type}: Gemini has no counterpart`)
}

/** Google's `tools`. Older models take either functions or Google's own; there functions go first. */
export function toGoogleToolList(
  { functions, googles }: ResponseTools,
  declarations: readonly Record<string, unknown>[] | undefined,
  traits: ModelTraits,
  notes: string[],
): Record<string, unknown>[] | undefined {
  const mixes = functions.size === 0 || traits.mixedTools
  if (!mixes && googles.length > 0)
    notes.push("tools: the model takes no tools of Google's own beside functions")
  const all = [...(declarations ?? []), ...(mixes ? googles : [])]
  return all.length > 0 ? all.map(defined) : undefined
}
