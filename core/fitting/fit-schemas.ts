import type { GenerateContentRequest } from '../canonical.ts'
import { isRecord } from '../codec/request-values.ts'
import type { SchemaPlaces } from '../plugin.ts'
import type { CompiledSchema } from '../schema-compiler/compile-schema.ts'
import { compiledSchema } from './compiled-schemas.ts'
import type { Restores } from './restorer.ts'

type Fields = Readonly<Record<string, unknown>>
type Dialect = 'json' | 'openapi'

/** A request whose schemas Gemini takes. */
export interface WithSchemas {
  readonly request: GenerateContentRequest
  /** What Gemini will not enforce. */
  readonly notes: readonly string[]
  /** What takes the model's values back; undefined where none needs it. */
  readonly restores: Restores | undefined
}

/**
 * A canonical request with every `parametersJsonSchema` and `responseJsonSchema` in a form that the model takes.
 * Throws `invalid_request`, with the client's place as `param`, for what is no schema. The same request where it has none.
 */
export function fitSchemas(
  request: GenerateContentRequest,
  dialect: Dialect,
  places: SchemaPlaces = NO_PLACES,
): WithSchemas {
  const notes: string[] = []
  const parameters = new Map<string, CompiledSchema['restore']>()
  const tools = request.tools?.some(declaresJson)
    ? request.tools.map((tool) => (declaresJson(tool) ? withDeclarations(tool) : tool))
    : request.tools
  const { config, response } = fitResponse(request.generationConfig, dialect, places.response, notes)
  if (tools === request.tools && config === request.generationConfig)
    return { request, notes, restores: undefined }
  const hasRestores = parameters.size > 0 || response !== undefined
  return {
    request: { ...request, ...(tools && { tools }), ...(config && { generationConfig: config }) },
    notes: shortened(notes),
    restores: hasRestores ? { parameters, response } : undefined,
  }

  function withDeclarations(tool: Fields): Record<string, unknown> {
    return { ...tool, functionDeclarations: declarationsOf(tool).map(fitDeclaration) }
  }

  function fitDeclaration(declaration: unknown): unknown {
    if (!isRecord(declaration) || declaration.parametersJsonSchema === undefined) return declaration
    const { parametersJsonSchema, ...rest } = declaration
    const name = String(rest.name)
    const at = places.parameters.get(name) ?? name
    const compiled = compiledSchema(parametersJsonSchema, { dialect, role: 'parameters', at })
    for (const note of compiled.notes) notes.push(note)
    if (compiled.restores) parameters.set(name, compiled.restore)
    const field = dialect === 'json' ? 'parametersJsonSchema' : 'parameters'
    return { ...rest, ...(compiled.schema && { [field]: compiled.schema }) }
  }
}

const NO_PLACES: SchemaPlaces = { parameters: new Map(), response: 'responseJsonSchema' }

function declarationsOf({ functionDeclarations: list }: Fields): readonly unknown[] {
  return Array.isArray(list) ? list : []
}

function declaresJson(tool: Fields): boolean {
  return declarationsOf(tool).some((each) => isRecord(each) && each.parametersJsonSchema !== undefined)
}

function fitResponse(
  config: GenerateContentRequest['generationConfig'],
  dialect: Dialect,
  at: string,
  notes: string[],
): { config: typeof config; response: CompiledSchema['restore'] | undefined } {
  if (config?.responseJsonSchema === undefined) return { config, response: undefined }
  const { responseJsonSchema, ...rest } = config
  const { schema, restores, restore, ...compiled } = compiledSchema(responseJsonSchema, {
    dialect,
    role: 'response',
    at,
  })
  for (const note of compiled.notes) notes.push(note)
  const field = dialect === 'json' ? 'responseJsonSchema' : 'responseSchema'
  return {
    config: { ...rest, ...(schema && { [field]: schema }) },
    response: restores ? restore : undefined,
  }
}

/** Notes go into a header, for which clients have little room. */
function shortened(notes: readonly string[]): readonly string[] {
  if (notes.length <= MOST_NOTES) return notes
  return [...notes.slice(0, MOST_NOTES), `${notes.length - MOST_NOTES} more of schemas, told in descriptions`]
}

const MOST_NOTES = 8
