import type { ProtocolRequest } from '../../core/plugin.ts'

/** Where Anthropic's paths are served: as Anthropic does, and without the version. */
export const PREFIXES = ['/v1', ''] as const

/** Collections that Google's and OpenAI's APIs have as well; there `anthropic-version` decides. */
const SHARED = new Set(['models', 'files', 'batches'])

/** Collections that only Anthropic's API has. */
const OWN = new Set(['messages', 'skills'])

/** Whether a request speaks Anthropic's protocol. A method of Google's (`models/x:countTokens`) never does. */
export function claims({ url, headers }: ProtocolRequest): boolean {
  const [, collection = ''] = /^(?:\/v1)?\/([^/:%]*)/.exec(url.pathname) ?? []
  if (OWN.has(collection)) return true
  return SHARED.has(collection) && headers.has('anthropic-version') && !GOOGLES.test(url.pathname)
}

const GOOGLES = /(:|%3A)[A-Za-z]+$/i
