import { isRecord, optional, refuse, toRecord } from '../../../core/codec/request-values.ts'
import { unknownNames } from '../../../core/codec/unknown-names.ts'

/** Documented parameters of `POST /v1/responses` that reach Google, or that shape the answer. */
const MAPPED = [
  'include',
  'input',
  'instructions',
  'max_output_tokens',
  'metadata',
  'model',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt_cache_key',
  'reasoning',
  'service_tier',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'user',
] as const

/** Documented parameters that have no effect here; `docs/openai.md` prints them. */
export const IGNORED = [
  'access_programs',
  /** Codex's own. */
  'client_metadata',
  'image',
  'moderation',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'truncation',
] as const

/** Documented parameters that would change the answer and that Gemini has no counterpart for; said in a note. */
export const WITHOUT_COUNTERPART = ['context_management', 'max_tool_calls'] as const

/** Documented parameters that are refused, and what to do instead. */
export const REFUSED = {
  conversation: "Conversations are not kept: use 'previous_response_id', or send the items",
  prompt: "Stored prompts are not served: send their words as 'instructions' and 'input'",
} as const

const KNOWN = new Set<string>([
  ...MAPPED,
  ...IGNORED,
  ...WITHOUT_COUNTERPART,
  ...Object.keys(REFUSED),
  'background',
])

/** Refuses what is not served. */
export function checkUnserved(body: Readonly<Record<string, unknown>>): void {
  for (const [name, reason] of Object.entries(REFUSED)) {
    if (body[name] != null) refuse('unsupported_parameter', name, reason)
  }
  if (body.background === true)
    refuse(
      'unsupported_parameter',
      'background',
      "Answers are not made in the background: leave 'background' out",
    )
  optional(body, 'metadata', toRecord)
}

/** What was dropped of the request, in words for the `x-geminate-notes` header. */
export function droppedOf(body: Readonly<Record<string, unknown>>): string[] {
  const dropped = WITHOUT_COUNTERPART.filter((name) => body[name] != null)
  const unknown = unknownNames(body, KNOWN)
  const verbosity = isRecord(body.text) && body.text.verbosity != null ? ['text.verbosity'] : []
  return [
    ...[...dropped, ...verbosity].map((name) => `${name}: Gemini has no counterpart`),
    ...(unknown.length > 0 ? [`ignored: ${unknown.join(', ')}`] : []),
  ]
}
