/** Documented parameters of `POST /v1/chat/completions` that reach Google, or that shape the answer. */
const MAPPED = [
  'frequency_penalty',
  'function_call',
  'functions',
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
] as const

/** Documented parameters that have no effect here; `docs/openai.md` prints them. */
export const IGNORED = [
  'metadata',
  'moderation',
  'prediction',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'store',
  'user',
] as const

/** Documented parameters that would change the answer and that Gemini has no counterpart for; said in a note. */
export const WITHOUT_COUNTERPART = ['logit_bias', 'verbosity'] as const

/** Documented parameters that are refused, and why. */
export const REFUSED = {
  audio: 'Spoken answers are not served yet',
  web_search_options: 'Web search is not served by this protocol yet',
} as const

const KNOWN = new Set<string>([...MAPPED, ...IGNORED, ...WITHOUT_COUNTERPART, ...Object.keys(REFUSED)])

/** Names that are not among `known`, for a note; at most ten, each cut to 40 characters. */
export function unknownNames(
  holder: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string> = KNOWN,
): string[] {
  const names = Object.keys(holder).filter((name) => !known.has(name))
  const named = names.slice(0, 10).map((name) => name.slice(0, 40))
  return names.length > named.length ? [...named, `${names.length - named.length} more`] : named
}
