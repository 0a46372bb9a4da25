import type { GenerateContentResponse } from '../canonical.ts'
import type { Redactor } from '../log/redactor.ts'
import { continuationIn, joinReplies } from './continuation.ts'
import type { Hops } from './hops.ts'
import { readPartialReply } from './whole-reply.ts'

/** A whole reply with all that follows it, for clients that cannot ask Google to go on themselves. */
export async function continuedReply(
  first: GenerateContentResponse,
  hops: Hops,
  redactor: Redactor,
): Promise<GenerateContentResponse> {
  let all = first
  let last = first
  for (let token = continuationIn(last); token !== undefined && hops.left; token = continuationIn(last)) {
    // A last piece may be empty: Google had nothing more to say.
    const next = await hops.go(token, last.usageMetadata, (answer) => readPartialReply(answer, redactor))
    if (!next) break
    last = next.reply
    all = joinReplies(all, last)
  }
  if (last !== first) hops.done(last.usageMetadata)
  return all
}
