import { GOOGLES } from './google-fields.ts'
import { WISHES } from './thinking-wish.ts'
import type { Kind } from './unmapped.ts'

/** Documented parameters of `POST /v1/chat/completions` that reach Google, or that shape the answer. */
const MAPPED = [
  'audio',
  'extra_body',
  'frequency_penalty',
  'function_call',
  'functions',
  'google',
  'logprobs',
  'max_completion_tokens',
  'max_tokens',
  'messages',
  'modalities',
  'model',
  'n',
  'parallel_tool_calls',
  'presence_penalty',
  'reasoning_effort',
  'response_format',
  'seed',
  'service_tier',
  'stop',
  'stream',
  'stream_options',
  'temperature',
  'tool_choice',
  'tools',
  'top_k',
  'top_logprobs',
  'top_p',
  'web_search_options',
] as const

/** Documented parameters that have no effect here; `docs/openai.md` prints them. */
export const IGNORED = {
  metadata: 'object',
  moderation: 'object',
  prediction: 'object',
  prompt_cache_key: 'string',
  prompt_cache_options: 'object',
  prompt_cache_retention: 'string',
  safety_identifier: 'string',
  store: 'boolean',
  user: 'string',
} as const satisfies Record<string, Kind>

/** Documented parameters that would change the answer and that Gemini has no counterpart for; said in a note. */
export const WITHOUT_COUNTERPART = {
  logit_bias: 'biases',
  verbosity: 'verbosity',
} as const satisfies Record<string, Kind>

/** Every documented parameter, and what else is understood. */
export const KNOWN = new Set<string>([
  ...MAPPED,
  ...GOOGLES,
  ...WISHES,
  ...Object.keys(IGNORED),
  ...Object.keys(WITHOUT_COUNTERPART),
])

/** All that have no effect. */
export const UNMAPPED = Object.entries<Kind>({ ...IGNORED, ...WITHOUT_COUNTERPART })
