import type { Redactor } from '../log/redactor.ts'
import type { NativeCall, NativeReply } from '../native-calls.ts'
import type { Flight } from './flight.ts'
import type { KeyLoop } from './key-loop.ts'
import { branchOf } from './trace.ts'
import { toOwnRequest } from './upstream-requests.ts'
import { readPartialReply, readWholeReply } from './whole-reply.ts'

interface NativeCallOptions {
  readonly keyLoop: KeyLoop
  readonly redactor: Redactor
}

/**
 * Sends a native call that a plugin makes for the sake of a client's call. Several may run at once: each has a
 * walk over the keys of its own, and counts what it spent by itself.
 */
export async function callNatively(
  flight: Flight,
  native: NativeCall,
  { keyLoop, redactor }: NativeCallOptions,
): Promise<NativeReply> {
  const { model, operation } = native
  if (flight.head.model === '') flight.head = { ...flight.head, model }
  const branch = branchOf(flight.trace)
  const read = operation === 'generateContent' ? readWholeReply : readPartialReply
  try {
    const upstream = toOwnRequest(flight.head, native)
    const { reply } = await keyLoop.run(upstream, branch, flight.leaving, (answer) => read(answer, redactor))
    branch.usage = reply.usageMetadata
    return { json: reply, usage: reply.usageMetadata }
  } finally {
    branch.ended(branch.usage)
  }
}
