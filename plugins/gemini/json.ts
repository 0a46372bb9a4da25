/** An answer in JSON, as Google lays it out. */
export function json(value: unknown): Response {
  return new Response(`${JSON.stringify(value, null, 2)}\n`, {
    headers: { 'content-type': 'application/json; charset=UTF-8' },
  })
}
