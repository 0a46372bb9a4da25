import type { KeyLoop, Reader } from '../call/key-loop.ts'
import type { Trace } from '../call/trace.ts'
import type { UpstreamRequest } from '../call/upstream.ts'
import { GatewayError } from '../errors.ts'
import type { Redactor } from '../log/redactor.ts'
import type { Pool } from '../pool/pool.ts'
import { embedAtVertex } from './embed-at-vertex.ts'
import { isGeminisAlone } from './vertex-embeddings.ts'
import { type ModelMethod, readModelMethod } from './vertex-path.ts'
import { toVertexRequest, translateForVertex } from './vertex-request.ts'

export interface WithVertexOptions {
  /** Over the keys of Vertex. */
  readonly keyLoop: KeyLoop
  readonly pool: Pick<Pool, 'find'>
  readonly redactor: Redactor
  /** Whether calls of a model go to Vertex, whatever their path; absent where those of none do. */
  readonly isOfVertex?: ((model: string) => boolean) | undefined
}

/** What of the Gemini API Vertex answers too, in one form or another. */
const GENERAL = new Set(['generateContent', 'streamGenerateContent', 'countTokens'])
const EMBEDDING = new Set(['embedContent', 'batchEmbedContents'])

/**
 * A key loop that sends a call to Vertex where its path says so, or its model does; all others go to `gemini`. What is
 * bound to a project of the Gemini API, by a file or a cache that it names, stays there.
 */
export function withVertex(gemini: KeyLoop, options: WithVertexOptions): KeyLoop {
  const { keyLoop, isOfVertex } = options

  return {
    run(request, trace, leaving, read) {
      if (request.upstream === 'vertex') return runAsStated(request, trace, leaving, read)
      const asked = isOfVertex && methodForVertex(request, isOfVertex)
      return asked
        ? runTranslated(request, asked, trace, leaving, read)
        : gemini.run(request, trace, leaving, read)
    },
  }

  async function runAsStated<T>(
    request: UpstreamRequest,
    trace: Trace,
    leaving: AbortSignal,
    read: Reader<T>,
  ): Promise<T> {
    const asked = readModelMethod(request.path)
    if (!asked) throw new GatewayError('not_found', 'Vertex Express serves methods of models alone')
    if (isGeminisAlone(asked)) return embedAtVertex({ request, asked }, trace, leaving, read, options)
    return keyLoop.run(toVertexRequest(request, asked), trace, leaving, read)
  }

  async function runTranslated<T>(
    request: UpstreamRequest,
    asked: ModelMethod,
    trace: Trace,
    leaving: AbortSignal,
    read: Reader<T>,
  ): Promise<T> {
    if (EMBEDDING.has(asked.method)) return embedAtVertex({ request, asked }, trace, leaving, read, options)
    return keyLoop.run(translateForVertex(request, asked, trace), trace, leaving, read)
  }

  function methodForVertex(
    { path, project, keyId }: UpstreamRequest,
    fits: (model: string) => boolean,
  ): ModelMethod | undefined {
    const asked = readModelMethod(path)
    if (!asked || !(GENERAL.has(asked.method) || EMBEDDING.has(asked.method))) return undefined
    // What goes on with an answer goes to whoever began it.
    if (keyId !== undefined) return options.pool.find(keyId) && asked
    return project === undefined && fits(asked.model) ? asked : undefined
  }
}
