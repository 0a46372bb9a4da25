import { defined } from '../../core/codec/defined.ts'
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
} from '../../core/codec/request-values.ts'
import type { ModelTraits } from '../../core/models.ts'
import type { SchemaPlaces } from '../../core/plugin.ts'
import type { FunctionNames } from '../../core/schema-compiler/function-names.ts'
import { type GoogleTool, type KnownTool, knownToolOf } from './known-tools.ts'
import { choosesNone } from './tool-choice.ts'

type Fields = Readonly<Record<string, unknown>>

/** The tools that a request declares: functions of the client's, and tools that Google runs. */
export interface DeclaredTools {
  readonly functions: readonly DeclaredFunction[]
  readonly googles: readonly GoogleTool[]
  /** Names under which the client knows the tools that Google runs, or that were left out. */
  readonly otherNames: readonly string[]
}

/** A function of the client's. */
export interface DeclaredFunction {
  readonly name: string
  readonly description: string | undefined
  /** JSON Schema */
  readonly schema: Fields
  /** Where its schema stands in the request, for errors; none where Anthropic knows it by the tool's type. */
  readonly schemaAt?: string
  readonly isStrict: boolean
}

/** Reads `tools`; what is declared twice counts once. */
export function readTools(body: Fields, traits: ModelTraits, notes: string[]): DeclaredTools {
  const functions = new Map<string, DeclaredFunction>()
  const googles = new Set<GoogleTool>()
  const otherNames: string[] = []
  const list = optional(body, 'tools', toList) ?? []
  for (const [index, each] of list.entries()) {
    const param = `tools.${index}`
    const tool = toRecord(each, param)
    const read = readTool(tool, param)
    if (typeof read !== 'string' && 'name' in read) {
      if (!functions.has(read.name)) functions.set(read.name, read)
      continue
    }
    otherNames.push(String(tool.name ?? ''))
    if (typeof read === 'string') googles.add(read)
    else notes.push(read.leftOut)
    for (const limit of LIMITS) if (tool[limit] != null) notes.push(`${limit}: Google's tools take none`)
  }
  if (choosesNone(body)) googles.clear()
  const isMixed = functions.size > 0 && googles.size > 0
  if (isMixed && !traits.mixedTools) {
    notes.push(`${[...googles].join(', ')}: left out, the model takes none beside functions`)
    googles.clear()
  }
  return { functions: [...functions.values()], googles: [...googles], otherNames }
}

/** Settings of Anthropic's own tools that Google's have not. */
const LIMITS = ['max_uses', 'allowed_domains', 'blocked_domains', 'user_location', 'max_content_tokens']

function readTool(tool: Fields, param: string): DeclaredFunction | GoogleTool | { readonly leftOut: string } {
  const type = optional(tool, 'type', toText, `${param}.type`) ?? 'custom'
  if (type === 'custom') return readFunction(tool, param)
  const known = knownToolOf(type)
  if (known) return fromKnown(known, tool, type, param)
  if (tool.input_schema != null) return readFunction(tool, param)
  return refuse(
    'unsupported_value',
    `${param}.type`,
    `Gemini has no counterpart of the tool ${shown(type)}: declare it with an 'input_schema', or leave it out`,
  )
}

function fromKnown(known: KnownTool, tool: Fields, type: string, param: string) {
  if ('google' in known) return known.google
  if ('leftOut' in known) return { leftOut: `${type}: ${known.leftOut}` }
  const name = optional(tool, 'name', toFilledText, `${param}.name`) ?? known.name
  return { name, description: known.description, schema: known.schema, isStrict: false }
}

function readFunction(tool: Fields, param: string): DeclaredFunction {
  return {
    name: required(tool, 'name', toFilledText, `${param}.name`),
    description: optional(tool, 'description', toText, `${param}.description`),
    schema: required(tool, 'input_schema', toRecord, `${param}.input_schema`),
    schemaAt: `${param}.input_schema`,
    isStrict: optional(tool, 'strict', toBoolean, `${param}.strict`) ?? false,
  }
}

/** Where the schemas of a request stand, for what is said of them; `response` is the place of the answer's. */
export function placesOf({ functions }: DeclaredTools, names: FunctionNames, response: string): SchemaPlaces {
  const placed = functions.filter(({ schemaAt }) => schemaAt !== undefined)
  const parameters = new Map(placed.map(({ name, schemaAt = '' }) => [names.toGemini(name), schemaAt]))
  return { parameters, response }
}

/** Google's `tools`: all functions in one, and one for each that Google runs. */
export function toGoogleTools(
  { functions, googles }: DeclaredTools,
  names: FunctionNames,
): Record<string, unknown>[] | undefined {
  const functionDeclarations = functions.map(({ name, description, schema }) =>
    defined({ name: names.toGemini(name), description, parametersJsonSchema: schema }),
  )
  const tools = [
    ...(functionDeclarations.length > 0 ? [{ functionDeclarations }] : []),
    ...googles.map((name) => ({ [name]: {} })),
  ]
  return tools.length > 0 ? tools : undefined
}
