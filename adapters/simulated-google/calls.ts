/** One request as it arrived. */
export interface ReceivedCall {
  readonly key: string | undefined
  /** The HTTP verb. */
  readonly method: string
  readonly path: string
  /** Without `models/`; `''` where none is named. */
  readonly model: string
  /** Google's method name: `generateContent`, `listModels`, … */
  readonly operation: string
  /** Without the question mark. */
  readonly query: string
  /** By lower-case name; several values are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Whether the client left before its answer was complete. */
  readonly aborted: boolean
  /** Milliseconds since 1970, by the injected clock. */
  readonly at: number
}

/** The newest calls. */
export interface CallLog {
  readonly calls: readonly ReceivedCall[]
  add(call: ReceivedCall): void
  markAborted(call: ReceivedCall): void
  clear(): void
}

const MOST_CALLS = 10_000
const MOST_BYTES = 256 * 1024 * 1024

/** Keeps the last 10 000 calls, and of their bodies the newest 256 MB. */
export function createCallLog(): CallLog {
  const calls: { -readonly [Field in keyof ReceivedCall]: ReceivedCall[Field] }[] = []
  let bytes = 0
  let emptied = 0
  const dropBodies = () => {
    while (bytes > MOST_BYTES && emptied < calls.length - 1) {
      const oldest = calls[emptied++]!
      bytes -= oldest.body.length
      oldest.body = Buffer.alloc(0)
    }
  }
  return {
    calls,
    add: (call) => {
      calls.push(call)
      bytes += call.body.length
      if (calls.length > MOST_CALLS) {
        bytes -= calls.shift()!.body.length
        emptied = Math.max(0, emptied - 1)
      }
      dropBodies()
    },
    markAborted: (call) => {
      Object.assign(call, { aborted: true })
    },
    clear: () => {
      calls.length = 0
      bytes = 0
      emptied = 0
    },
  }
}
