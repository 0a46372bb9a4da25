import { createKeyLoop, type KeyLoopOptions, type Reading } from '../call/key-loop.ts'
import type { Trace } from '../call/trace.ts'
import type { UpstreamRequest } from '../call/upstream.ts'
import type { Fault } from '../fault.ts'
import type { Dial, GoogleLine, Message } from './dial.ts'
import type { Goodbye } from './goodbye.ts'

/** A session with Google, and how to say what goes wrong with it later. */
export interface Connected {
  readonly line: GoogleLine
  /** Charges a fault to whom it belongs, and frees the key. */
  charge(fault: Fault): void
}

/** What a session is asked for with. */
export interface Connecting {
  readonly request: UpstreamRequest
  readonly setup: Message
  readonly token: string | undefined
  readonly trace: Trace
  readonly leaving: AbortSignal
  /** Told of each answer: how Google ended the attempt in its own words, where it did so on the WebSocket. */
  refused(goodbye: Goodbye | undefined): void
}

/** Goes from key to key until Google takes the session; rejects with the GatewayError that the client is to hear of. */
export type Connect = (connecting: Connecting) => Promise<Connected>

/** Sessions by the key loop that all calls take: the same faults, rests, breakers and ways. */
export function createConnect(loop: Omit<KeyLoopOptions, 'upstream'>, dial: Dial): Connect {
  return async ({ request, setup, token, trace, leaving, refused }) => {
    let line: GoogleLine | undefined
    const upstream: KeyLoopOptions['upstream'] = {
      async open(key, sent, signal, way) {
        if (way === undefined) throw new TypeError('A session needs a way')
        const answer = await dial({ key, way, request: sent, setup, token, leaving: signal })
        line = answer.line
        refused(answer.goodbye)
        return answer
      },
    }
    return createKeyLoop({ ...loop, upstream }).run(request, trace, leaving, async (_, charge) => {
      if (line === undefined) throw new TypeError('Google answered without a session')
      return { ok: true, value: { line, charge } } satisfies Reading<Connected>
    })
  }
}
