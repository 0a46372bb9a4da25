/**
 * Answers a request whose `signal` is aborted only when the client left before its answer was complete:
 * Deno aborts the signal of every request, also after an answer that was delivered whole. When `cut` is
 * aborted, the answer breaks off where it is.
 */
export async function withHonestSignal(
  request: Request,
  cut: AbortSignal,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  const left = new AbortController()
  const leave = () => left.abort(new DOMException('The client has left', 'AbortError'))
  const complete = new AbortController()
  const until = { signal: complete.signal }
  request.signal.addEventListener('abort', leave, until)
  cut.addEventListener('abort', leave, until)
  Object.defineProperty(request, 'signal', { value: left.signal })
  return whenDelivered(await answer(), left.signal, () => complete.abort())
}

function whenDelivered(response: Response, cut: AbortSignal, done: () => void): Response {
  if (response.body === null) {
    done()
    return response
  }
  const passage = new TransformStream<Uint8Array, Uint8Array>({
    start(controller) {
      cut.addEventListener('abort', () => controller.error(cut.reason))
    },
    flush: done,
  })
  return new Response(response.body.pipeThrough(passage), response)
}
