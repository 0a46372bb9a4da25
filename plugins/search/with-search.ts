import type { GenerateContentRequest } from '../../core/canonical.ts'
import { functionsOf, toolsOf, withGoogleSearch } from '../../core/codec/google-search.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import { traitsOf } from '../../core/models.ts'
import type { Call } from '../../core/plugin.ts'

/** The function by whose name clients ask for Google's own search. */
const NAME = 'googleSearch'

/** The call with Google Search, where its suffix or a tool of that name asks for it; undefined where nothing does. */
export function withSearch(call: Call, suffix: string | undefined, force: boolean): Call | undefined {
  const declares = toolsOf(call.request).some((tool) => functionsOf(tool).some(({ name }) => name === NAME))
  const by = suffix ?? (declares ? NAME : undefined)
  if (by === undefined) return undefined
  const asked = declares ? withoutFunction(call.request) : call.request
  const { request, note } = withGoogleSearch(asked, traitsOf(call.model), { by, force })
  return { ...call, request, notes: note === undefined ? call.notes : [...call.notes, note] }
}

/** The request without the function, which nobody but Google can run. */
function withoutFunction(request: GenerateContentRequest): GenerateContentRequest {
  const tools = toolsOf(request).flatMap((tool) => {
    const functions = functionsOf(tool)
    const others = functions.filter(({ name }) => name !== NAME)
    if (others.length === functions.length) return [tool]
    const { functionDeclarations: _, function_declarations: __, ...rest } = tool
    if (others.length > 0) return [{ ...rest, functionDeclarations: others }]
    return Object.keys(rest).length > 0 ? [rest] : []
  })
  const { toolConfig, ...rest } = request
  const config =
    toolConfig &&
    withoutChoice(
      toolConfig,
      tools.some((tool) => functionsOf(tool).length > 0),
    )
  return { ...rest, tools, ...(config && { toolConfig: config }) }
}

/** A choice among functions of which one is gone; the model searches when it sees fit. */
function withoutChoice(config: Readonly<Record<string, unknown>>, hasFunctions: boolean) {
  const { functionCallingConfig: calling, ...rest } = config
  if (!isRecord(calling)) return config
  const allowed = calling.allowedFunctionNames
  if (!hasFunctions) return Object.keys(rest).length > 0 ? rest : undefined
  if (!Array.isArray(allowed)) return config
  const names = allowed.filter((name) => name !== NAME)
  if (names.length > 0) return { ...rest, functionCallingConfig: { ...calling, allowedFunctionNames: names } }
  return { ...rest, functionCallingConfig: { mode: 'AUTO' } }
}
