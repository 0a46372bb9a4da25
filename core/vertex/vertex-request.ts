import type { Trace } from '../call/trace.ts'
import type { UpstreamRequest } from '../call/upstream.ts'
import { isRecord } from '../codec/request-values.ts'
import { toVertexBody } from './vertex-body.ts'
import { type ModelMethod, toVertexPath } from './vertex-path.ts'

/** A request whose client speaks of Vertex: its path as Vertex has it, its body as it came. */
export function toVertexRequest(request: UpstreamRequest, asked: ModelMethod): UpstreamRequest {
  return { ...request, path: toVertexPath(asked) }
}

/** A request of the Gemini API as Vertex takes it; what is left out of it is told to the client by the trace. */
export function translateForVertex(
  request: UpstreamRequest,
  asked: ModelMethod,
  { notes }: Pick<Trace, 'notes'>,
): UpstreamRequest {
  let translated: string | undefined

  function translate(stated: unknown): string | undefined {
    if (!isRecord(stated)) return undefined
    const { body, leftOut } = toVertexBody(asked.method, stated)
    const note = `Vertex has no ${leftOut.join(', ')}`
    if (leftOut.length > 0 && !notes.includes(note)) notes.push(note)
    return JSON.stringify(body)
  }

  return {
    ...toVertexRequest(request, asked),
    body(moved) {
      // Once for all attempts: it can be long.
      translated ??= translate(parsed(request.body(moved)))
      return translated ?? request.body(moved) // Google says what is wrong with what is no JSON
    },
  }
}

/** The JSON of a body that is at hand; undefined for a stream, and for what is no JSON. */
export function parsed(body: ReturnType<UpstreamRequest['body']>): unknown {
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
