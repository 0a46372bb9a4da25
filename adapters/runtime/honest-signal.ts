/**
 * Answers a request whose `signal` is aborted only when the client left before its answer was complete:
 * Deno aborts the signal of every request, also after an answer that was delivered whole. When `cut` is
 * aborted, the answer breaks off where it is. Nothing listens to `cut` for longer than the answer takes.
 */
export async function withHonestSignal(
  request: Request,
  cut: AbortSignal,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  const { signal } = request
  const left = new AbortController()
  const done = () => {
    signal.removeEventListener('abort', leave)
    cut.removeEventListener('abort', leave)
  }
  function leave() {
    done()
    left.abort(new DOMException('The client has left', 'AbortError'))
  }
  signal.addEventListener('abort', leave)
  cut.addEventListener('abort', leave)
  if (signal.aborted || cut.aborted) leave()
  Object.defineProperty(request, 'signal', { value: left.signal })
  try {
    return whenDelivered(await answer(), left.signal, done)
  } catch (thrown) {
    done()
    throw thrown
  }
}

function whenDelivered(response: Response, cut: AbortSignal, done: () => void): Response {
  if (response.body === null) {
    done()
    return response
  }
  const passage = new TransformStream<Uint8Array, Uint8Array>({
    start(controller) {
      const breakOff = () => controller.error(cut.reason)
      if (cut.aborted) breakOff()
      else cut.addEventListener('abort', breakOff)
    },
    flush: done,
  })
  return new Response(response.body.pipeThrough(passage), response)
}
