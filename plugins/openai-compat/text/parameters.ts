import type { Kind } from '../unmapped.ts'

/** Documented parameters of `POST /v1/completions` that are read as those of a chat. */
export const AS_IN_CHATS = [
  'frequency_penalty',
  'max_tokens',
  'n',
  'presence_penalty',
  'seed',
  'stop',
  'temperature',
  'top_k',
  'top_p',
] as const

/** Documented parameters that would change the answer and that Gemini has no counterpart for; said in a note. */
export const TEXT_WITHOUT_COUNTERPART = { logit_bias: 'biases' } as const satisfies Record<string, Kind>

/** Those that have no effect on the answer. */
const TEXT_IGNORED = { user: 'string' } as const satisfies Record<string, Kind>

/** All that have no effect. */
export const TEXT_UNMAPPED = Object.entries<Kind>({ ...TEXT_IGNORED, ...TEXT_WITHOUT_COUNTERPART })

/** Every documented parameter. */
export const KNOWN_OF_TEXT: ReadonlySet<string> = new Set([
  ...AS_IN_CHATS,
  ...Object.keys({ ...TEXT_WITHOUT_COUNTERPART, ...TEXT_IGNORED }),
  'best_of',
  'echo',
  'logprobs',
  'model',
  'prompt',
  'stream',
  'stream_options',
  'suffix',
])
