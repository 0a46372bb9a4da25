import type { GenerateContentResponse } from '../../core/canonical.ts'
import { type Call, definePlugin } from '../../core/plugin.ts'
import { type AnswerWatch, watchAnswer } from './answer-watch.ts'
import { keepSignatures, LIMITS } from './kept-signatures.ts'
import { withKeptSignatures } from './restore.ts'

/** On the one thing that every copy of a call keeps; a weak map would keep the garbage collector busy. */
const WATCH = Symbol('watch')

interface WatchedSignal extends AbortSignal {
  [WATCH]?: AnswerWatch
}

/** How often what is new goes to disk, in seconds. */
const WRITE_SECONDS = 1

/**
 * Gives back the thought signatures that clients lose between turns.
 * Source: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export default definePlugin({
  name: 'signatures',
  api: 1,
  description: "Keeps Gemini's thought signatures for clients that do not send them back.",
  setup(_options, host) {
    const failed = (cause: unknown) =>
      host.log('Thought signatures could not be kept', { cause: String(cause) })
    const kept = keepSignatures({ store: host.store, limits: LIMITS, now: () => Date.now(), failed })
    host.schedule(WRITE_SECONDS, () => kept.write())

    function watch(reply: GenerateContentResponse, { signal }: { readonly signal: WatchedSignal }): void {
      signal[WATCH]?.add(reply)
    }

    function begin(call: Call): Call | undefined {
      const signal: WatchedSignal = call.signal
      signal[WATCH] = watchAnswer(call, call.request.contents ?? [], kept)
      return withKeptSignatures(call, kept)
    }

    return {
      when: ({ protocol }) => protocol !== 'gemini',
      request(call) {
        const loading = kept.load()
        return loading ? loading.then(() => begin(call)) : begin(call)
      },
      reply: watch,
      chunk: watch,
      stop: () => kept.write(),
    }
  },
})
