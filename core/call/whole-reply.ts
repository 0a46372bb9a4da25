import type { GenerateContentResponse } from '../canonical.ts'
import type { Redactor } from '../log/redactor.ts'
import { errorIn, parseReply, toEmptyFault, toErrorFault, toUnreadableFault } from './answer-faults.ts'
import { createJudge } from './judge.ts'
import type { Reading } from './key-loop.ts'
import type { Answer } from './upstream.ts'

/** An accepted answer, byte for byte. */
export interface WholeBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly headers: Headers
  readonly status: number
}

/** A whole generation: Google's bytes, and what they say. */
export interface WholeReply extends WholeBytes {
  readonly reply: GenerateContentResponse
}

/** Reads a whole generation; one without content is a fault, although its status is 200. */
export async function readWholeReply(answer: Answer, redactor: Redactor): Promise<Reading<WholeReply>> {
  const reading = toReply(await bytesOf(answer), redactor)
  if (!reading.ok) return reading
  const judge = createJudge()
  judge.add(reading.value.reply)
  const failure = judge.failure()
  return failure ? { ok: false, fault: toEmptyFault(failure) } : reading
}

/** Reads a whole generation of which the client wants some fields only, so that it cannot be judged. */
export async function readPartialReply(answer: Answer, redactor: Redactor): Promise<Reading<WholeReply>> {
  return toReply(await bytesOf(answer), redactor)
}

function toReply(value: WholeBytes, redactor: Redactor): Reading<WholeReply> {
  const reply = parseReply(DECODER.decode(value.bytes))
  if (reply === undefined) return { ok: false, fault: toUnreadableFault(value, redactor) }
  const error = errorIn(reply)
  if (error) return { ok: false, fault: toErrorFault(error, redactor) }
  return { ok: true, value: { ...value, reply } }
}

/** Reads the short answer of a method that generates nothing, and passes it on as it is if it is JSON. */
export async function readShortReply(answer: Answer, redactor: Redactor): Promise<Reading<WholeBytes>> {
  const value = await bytesOf(answer)
  const { bytes } = value
  // Enough to tell Google's answer from somebody else's page; embeddings are too long to parse for this.
  const first = bytes.find((byte) => byte > SPACE)
  if (bytes.length > 0 && first !== BRACE) return { ok: false, fault: toUnreadableFault(value, redactor) }
  return { ok: true, value }
}

const SPACE = 0x20
const BRACE = 0x7b

async function bytesOf(answer: Answer): Promise<WholeBytes> {
  return { bytes: await answer.bytes(), headers: answer.headers, status: answer.status }
}

const DECODER = new TextDecoder()
