import { TOKENS } from './geminate.ts'
import { medianOf } from './median.ts'
import type { Shape } from './shapes.ts'

/** The median time to a stream's first bytes, one call after the other, in microseconds. */
export async function timeToFirstEvent(url: string, shape: Shape, calls: number): Promise<number> {
  const times: number[] = []
  for (let call = 0; call < calls; call++) {
    const begun = performance.now()
    const response = await post(url, shape)
    const reader = response.body!.getReader()
    await reader.read()
    times.push((performance.now() - begun) * 1000)
    while (!(await reader.read()).done);
  }
  return medianOf(times)
}

/** One call as the first client. */
export function post(url: string, { path, body }: Shape): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKENS[0]}` },
    body,
  })
}
