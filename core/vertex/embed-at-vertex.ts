import type { KeyLoop, Reader } from '../call/key-loop.ts'
import { toRefusal } from '../call/refusal.ts'
import { branchOf, type Trace } from '../call/trace.ts'
import type { Answer, UpstreamRequest } from '../call/upstream.ts'
import { readPartialReply } from '../call/whole-reply.ts'
import { isRecord } from '../codec/request-values.ts'
import { GatewayError } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import type { Redactor } from '../log/redactor.ts'
import { weighCall } from '../quota/call-weight.ts'
import { type Embedded, fromVertexEmbedding, toVertexEmbedding } from './vertex-embeddings.ts'
import { type ModelMethod, toVertexPath } from './vertex-path.ts'
import { parsed } from './vertex-request.ts'

export interface EmbedOptions {
  readonly keyLoop: KeyLoop
  readonly redactor: Redactor
}

/** Calls under way at once for one batch. */
const WIDTH = 8

/**
 * Answers `embedContent` and `batchEmbedContents` of the Gemini API by Vertex, which takes one content a call: `read` is
 * given an answer as the Gemini API would have written it. Rejects as a key loop does.
 */
export async function embedAtVertex<T>(
  call: { readonly request: UpstreamRequest; readonly asked: ModelMethod },
  trace: Trace,
  leaving: AbortSignal,
  read: Reader<T>,
  { keyLoop, redactor }: EmbedOptions,
): Promise<T> {
  const { request, asked } = call
  const embedded = await inParallel(membersOf(request, asked), WIDTH, embed)
  const reading = await read(toAnswer(toGeminis(embedded, asked)), () => {})
  if (!reading.ok) throw toRefusal(reading.fault)
  return reading.value

  async function embed(member: unknown): Promise<Embedded> {
    const { method, body } = toVertexEmbedding(asked.model, member)
    const bytes = new TextEncoder().encode(JSON.stringify(body))
    const one: UpstreamRequest = {
      ...request,
      path: toVertexPath({ ...asked, method, query: '' }),
      body: () => bytes,
      weight: weighCall(bytes),
    }
    const branch = branchOf(trace)
    try {
      const { reply } = await keyLoop.run(one, branch, leaving, (answer) =>
        readPartialReply(answer, redactor),
      )
      return toEmbedded(reply)
    } finally {
      branch.ended(undefined)
    }
  }
}

function toEmbedded(reply: Readonly<Record<string, unknown>>): Embedded {
  const embedded = fromVertexEmbedding(reply)
  if (Array.isArray(embedded.values)) return embedded
  throw new GatewayError('bad_upstream', 'Vertex answered without a vector')
}

function membersOf(request: UpstreamRequest, { method }: ModelMethod): readonly unknown[] {
  const body = parsed(request.body(() => {}))
  if (!isRecord(body)) throw new GatewayError('invalid_request', 'The body must be a JSON object')
  if (method === 'embedContent') return [body]
  if (Array.isArray(body.requests) && body.requests.length > 0) return body.requests
  throw new GatewayError('invalid_request', '"requests" must be a list of what to embed', {
    param: 'requests',
  })
}

/** https://ai.google.dev/api/embeddings */
function toGeminis(embedded: readonly Embedded[], { method }: ModelMethod): object {
  const vectors = embedded.map(({ values }) => ({ values }))
  const tokens = embedded.reduce((sum, { tokens = 0 }) => sum + tokens, 0)
  const usage = tokens > 0 ? { usageMetadata: { promptTokenCount: tokens, totalTokenCount: tokens } } : {}
  return method === 'embedContent' ? { embedding: vectors[0], ...usage } : { embeddings: vectors, ...usage }
}

function toAnswer(json: object): Answer {
  const bytes = new TextEncoder().encode(JSON.stringify(json))
  let isRead = false
  const take = () => {
    const left = isRead ? undefined : bytes
    isRead = true
    return left
  }
  return {
    status: 200,
    headers: new Headers({ 'content-type': 'application/json; charset=UTF-8' }),
    read: async () => take(),
    bytes: async () => take() ?? new Uint8Array(0),
    end() {},
  }
}
