import { isRecord, optional, refuse } from '../../../core/codec/request-values.ts'
import { unknownNames } from '../../../core/codec/unknown-names.ts'
import { askedAmong, checkUnmapped, type Kind, toVerbosity } from '../unmapped.ts'

/** Documented parameters of `POST /v1/responses` that reach Google, or that shape the answer. */
const MAPPED = [
  'include',
  'input',
  'instructions',
  'max_output_tokens',
  'model',
  'parallel_tool_calls',
  'previous_response_id',
  'reasoning',
  'service_tier',
  'store',
  'stream',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
] as const

/** Documented parameters that have no effect here; `docs/openai.md` prints them. */
export const IGNORED = {
  access_programs: 'anything',
  /** Codex's own. */
  client_metadata: 'anything',
  image: 'object',
  moderation: 'object',
  prompt_cache_options: 'object',
  prompt_cache_retention: 'string',
  safety_identifier: 'string',
  stream_options: 'object',
  truncation: 'truncation',
} as const satisfies Record<string, Kind>

/** Documented parameters that would change the answer and that Gemini has no counterpart for; said in a note. */
export const WITHOUT_COUNTERPART = {
  context_management: 'list',
  max_tool_calls: 'count',
} as const satisfies Record<string, Kind>

/** Those that have an effect beside the answer. */
const BESIDE = {
  background: 'boolean',
  metadata: 'object',
  prompt_cache_key: 'string',
  user: 'string',
} as const satisfies Record<string, Kind>

/** Documented parameters that are refused, and what to do instead. */
export const REFUSED = {
  conversation: "Conversations are not kept: use 'previous_response_id', or send the items",
  prompt: "Stored prompts are not served: send their words as 'instructions' and 'input'",
} as const

const KNOWN = new Set<string>([
  ...MAPPED,
  ...Object.keys({ ...BESIDE, ...IGNORED, ...WITHOUT_COUNTERPART, ...REFUSED }),
])

const UNMAPPED = Object.entries<Kind>({ ...BESIDE, ...IGNORED, ...WITHOUT_COUNTERPART })

/** Refuses what is not served, and what is of the wrong type although it has no effect. */
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
  checkUnmapped(body, UNMAPPED)
}

/** What was dropped of the request, in words for the `x-geminate-notes` header. */
export function droppedOf(body: Readonly<Record<string, unknown>>): string[] {
  const dropped = askedAmong(body, WITHOUT_COUNTERPART)
  const unknown = unknownNames(body, KNOWN)
  const text = isRecord(body.text) ? body.text : {}
  const isVerbose = optional(text, 'verbosity', toVerbosity, 'text.verbosity') !== undefined
  return [
    ...[...dropped, ...(isVerbose ? ['text.verbosity'] : [])].map(
      (name) => `${name}: Gemini has no counterpart`,
    ),
    ...(unknown.length > 0 ? [`ignored: ${unknown.join(', ')}`] : []),
  ]
}
