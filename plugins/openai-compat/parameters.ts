import { isRecord, optional, toBoolean, toRecord, toText } from '../../core/codec/request-values.ts'

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
} as const

/** Documented parameters that would change the answer and that Gemini has no counterpart for; said in a note. */
export const WITHOUT_COUNTERPART = { logit_bias: 'object', verbosity: 'string' } as const

/** Every documented parameter. */
export const KNOWN = new Set<string>([
  ...MAPPED,
  ...Object.keys(IGNORED),
  ...Object.keys(WITHOUT_COUNTERPART),
])

/** Refuses what is of the wrong type although it has no effect, as OpenAI does. */
export function checkUnmapped(body: Readonly<Record<string, unknown>>): void {
  for (const [name, type] of UNMAPPED) optional<unknown>(body, name, CHECKS[type])
}

const UNMAPPED = Object.entries({ ...IGNORED, ...WITHOUT_COUNTERPART })

const CHECKS = { object: toRecord, string: toText, boolean: toBoolean } as const

/** The parameters without a counterpart that a body asks something of. */
export function withoutCounterpart(body: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(WITHOUT_COUNTERPART).filter((name) => {
    const value = body[name]
    return value != null && !(isRecord(value) && Object.keys(value).length === 0)
  })
}
