import type { UpstreamRequest } from '../call/upstream.ts'
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
