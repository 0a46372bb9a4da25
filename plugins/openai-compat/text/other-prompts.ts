import { sumOf } from '../../../core/call/continuation.ts'
import { listOf } from '../../../core/call/judge.ts'
import type { Candidate, GenerateContentResponse, UsageMetadata } from '../../../core/canonical.ts'
import { inParallel } from '../../../core/in-parallel.ts'
import type { Call, Gateway } from '../../../core/plugin.ts'
import { textAskedOf } from './asked.ts'
import { toContents } from './text-request.ts'

/**
 * The reply to the first prompt of a legacy completion together with those to its others, each of which is a call of
 * its own; undefined where there are none. Rejects where one of them fails.
 */
export async function withOtherPrompts(
  reply: GenerateContentResponse,
  call: Call,
  gateway: Gateway,
): Promise<GenerateContentResponse | undefined> {
  const asked = textAskedOf(call)
  if (!asked || asked.prompts.length < 2) return undefined
  const others = await inParallel(asked.prompts.slice(1), AT_ONCE, async (prompt) => {
    const request = { ...call.request, contents: toContents(prompt) }
    const { json } = await gateway.call(call, { operation: 'generateContent', model: call.model, request })
    return json as GenerateContentResponse
  })
  const all = [reply, ...others]
  const usage = all.reduce<UsageMetadata | undefined>(
    (sum, each) => sumOf(sum, each.usageMetadata),
    undefined,
  )
  const candidates = all.flatMap((each, position) => candidatesOf(each, position * asked.count))
  return { candidates, ...(usage && { usageMetadata: usage }) }
}

const AT_ONCE = 8

/** Those of one reply, counted from an index on; a prompt that Google blocked has one that says so. */
function candidatesOf({ candidates }: GenerateContentResponse, first: number): Candidate[] {
  const found = listOf(candidates)
  if (found.length === 0) return [{ index: first, finishReason: 'SAFETY' }]
  return found.map((candidate, position) => ({ ...candidate, index: first + (candidate.index ?? position) }))
}
