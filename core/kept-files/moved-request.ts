import type { UpstreamRequest } from '../call/upstream.ts'
import { GatewayError, type UpstreamError } from '../errors.ts'
import { renamedInBytes } from '../ownership/renamed-in-bytes.ts'

/** A request for another project, which names copies in place of files: `names` has the one for each of the others. */
export function toMoved(
  request: UpstreamRequest,
  project: string,
  names: ReadonlyMap<string, string>,
): UpstreamRequest {
  if (names.size === 0) return { ...request, project }
  return {
    ...request,
    project,
    body(moved) {
      const body = request.body(moved)
      if (body === undefined || body instanceof ReadableStream) return body
      return renamedInBytes(typeof body === 'string' ? new TextEncoder().encode(body) : body, names)
    },
  }
}

/** What was said of copies, as said of the files that the client knows; `names` as for the request. */
export function toOriginal(error: GatewayError, names: ReadonlyMap<string, string>): GatewayError {
  const { kind, message, upstream } = error
  if (upstream === undefined) return error
  let told = JSON.stringify([message, upstream])
  for (const [name, copy] of names) told = told.replaceAll(idOf(copy), idOf(name))
  const [words, answer] = JSON.parse(told) as [string, UpstreamError]
  return new GatewayError(kind, words, { ...error, upstream: answer, cause: error })
}

/** `abc` of `files/abc` */
export function idOf(name: string): string {
  return name.slice(name.indexOf('/') + 1)
}
