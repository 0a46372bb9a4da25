/** Client headers that are meant for Google: its own extensions, but neither credentials nor who pays or calls. */
export function toUpstreamHeaders(headers: Headers): Record<string, string> {
  const passed: Record<string, string> = {}
  headers.forEach((value, name) => {
    if (name === 'x-server-timeout' || (name.startsWith('x-goog-') && !KEPT_BACK.has(name)))
      passed[name] = value
  })
  return passed
}

const KEPT_BACK = new Set([
  'x-goog-api-key',
  'x-goog-user-project',
  'x-goog-api-client',
  'x-goog-iam-authorization-token',
])

/** Google's headers that a client may need; those about the connection or the encoding stay behind. */
export function toClientHeaders(headers: Headers): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const name of PASSED) {
    const value = headers.get(name)
    if (value !== null) passed[name] = value
  }
  return passed
}

const PASSED = [
  'content-type',
  'location',
  'content-disposition',
  'content-range',
  'accept-ranges',
  'range',
  'x-gemini-service-tier',
  'server-timing',
  'x-goog-upload-status',
  'x-goog-upload-chunk-granularity',
  'x-goog-upload-size-received',
]
