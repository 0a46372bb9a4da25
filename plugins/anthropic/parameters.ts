import { isRecord, optional, refuse, toBoolean, toList, toText } from '../../core/codec/request-values.ts'

/** Documented parameters of `POST /v1/messages` that reach Google, or that shape the answer. */
const MAPPED = [
  'max_tokens',
  'messages',
  'model',
  'output_config',
  'output_format',
  'stop_sequences',
  'stream',
  'system',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
] as const

/** Documented parameters that have no effect here; `docs/anthropic.md` prints them. */
export const IGNORED = [
  'betas',
  'billing_policy',
  'cache_control',
  'compaction',
  'container',
  'context_management',
  'diagnostics',
  'fallback_credit_token',
  'fallbacks',
  'inference_geo',
  'metadata',
  'service_tier',
  'speed',
  'thread',
  'user_profile_id',
  'workspace_id',
] as const

/** Every documented parameter. */
export const KNOWN: ReadonlySet<string> = new Set([...MAPPED, ...IGNORED, 'mcp_servers'])

type Body = Readonly<Record<string, unknown>>

/** Refuses what is not served, and what is of the wrong type although it has no effect. */
export function checkUnmapped(body: Body): void {
  const servers = optional(body, 'mcp_servers', toList) ?? []
  if (servers.length > 0)
    refuse('unsupported_parameter', 'mcp_servers', "MCP servers are not called here: leave 'mcp_servers' out")
  for (const name of ['service_tier', 'speed', 'inference_geo']) optional(body, name, toText)
  const metadata = body.metadata ?? {}
  if (!isRecord(metadata)) refuse('invalid_type', 'metadata', "'metadata' must be an object")
}

/** What the client calls its user or its conversation; it never goes to Google, but its calls go to one project. */
export function sessionOf({ metadata }: Body): string | undefined {
  const id = isRecord(metadata) ? metadata.user_id : undefined
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** Whether the answer is to be streamed. */
export function wantsStream(body: Body): boolean {
  return optional(body, 'stream', toBoolean) ?? false
}
