import { hash } from 'node:crypto'
import { cacheMinimum } from '../models.ts'
import type { Head } from '../plugin.ts'

/** Headers in which clients name their conversation, the more telling first. Each means the same: one session. */
const SESSION_HEADERS = [
  'x-claude-code-session-id', // Claude Code
  'session-id', // Codex
  'session_id', // Codex before, pi
  'x-opencode-session',
  'x-amp-thread-id',
  'x-session-affinity',
  'x-session-id',
] as const

/** Roughly, for English and for JSON. */
const BYTES_PER_TOKEN = 4

/**
 * A text that calls of one conversation share, for `KeyQuery.affinity`: of the session that a header names, or
 * else the call itself, or else of how the conversation begins. `beginning` is asked for a name of that only
 * where the model caches prompts, and for one of so many bytes at least as it takes for that: short prompts
 * are alike often, and are not to fall on one key. No two clients share a text, and nothing can be read from it.
 */
export function affinityKey(
  { client, headers, model, session }: Head & { readonly session?: string },
  beginning: (leastBytes: number) => string | undefined,
): string | undefined {
  const named = sessionIn(headers) ?? session
  if (named) return toKey(client, 'session', named)
  const tokens = cacheMinimum(model)
  const begun = tokens === undefined ? undefined : beginning(tokens * BYTES_PER_TOKEN)
  return begun && toKey(client, 'beginning', begun)
}

function sessionIn(headers: Headers): string | undefined {
  for (const name of SESSION_HEADERS) {
    const value = headers.get(name)
    if (value) return value
  }
  return undefined
}

function toKey(...parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url')
}
