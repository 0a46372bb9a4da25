import type { GenerateContentResponse } from '../canonical.ts'
import type { GatewayError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Call, CallResult, Chunks, Client, Head } from '../plugin.ts'
import type { HookedPlugin } from './loaded-plugin.ts'
import { createNamingHooks, type NamingHooks } from './naming-hooks.ts'
import { blamed, runHook, runHookAsync } from './run-hook.ts'

/** Many plugins seen as one. */
export interface HookChain extends NamingHooks {
  /** The first to name the client. */
  authorize(request: Request): Promise<Client | undefined>
  readonly authorizes: boolean
  /** The first plugin that would shape this call, or undefined where its bytes may pass as they are. */
  first(head: Head): number | undefined
  /** Runs the request hooks from `first` on; asks each later `when` after the hooks before it. */
  request(call: Call, first: number | undefined): Promise<{ readonly call: Call; readonly shapers: Shapers }>
  /** Tells the plugins when the answer is on its way; settles when all have heard, undefined where none wants to. */
  finished(head: Head, result: CallResult): Promise<unknown> | undefined
  /** What the client is to see in an error's place. */
  error(error: GatewayError, head: Head): GatewayError
}

/** The hooks that apply to one call. */
export interface Shapers {
  reply(reply: GenerateContentResponse, call: Call): Promise<GenerateContentResponse>
  chunk(chunk: GenerateContentResponse, call: Call): readonly GenerateContentResponse[]
  /** Undefined where no plugin wraps the stream. */
  readonly stream: ((chunks: Chunks, call: Call) => Chunks) | undefined
}

/** Composes plugins, in their order. */
export function createHookChain(plugins: readonly HookedPlugin[], log: Log): HookChain {
  const shaping = plugins.filter(({ hooks }) => hooks.request || hooks.reply || hooks.chunk || hooks.stream)
  const finishing = plugins.filter(({ hooks }) => hooks.finished)
  const authorizing = plugins.filter(({ hooks }) => hooks.authorize)
  const wording = plugins.filter(({ hooks }) => hooks.error)

  /** After the answer is on its way, so that no plugin delays it. */
  async function runFinished(head: Head, result: CallResult): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve, 0))
    const tell = (plugin: HookedPlugin) =>
      runHookAsync(plugin, 'finished', () => plugin.hooks.finished?.(head, result)).catch((err) =>
        log.error({ err, id: head.id, plugin: plugin.name }, 'A plugin failed after the call'),
      )
    return Promise.all(finishing.map(tell))
  }

  return {
    ...createNamingHooks(plugins),
    authorizes: authorizing.length > 0,

    async authorize(request) {
      for (const plugin of authorizing) {
        const client = await runHookAsync(plugin, 'authorize', () => plugin.hooks.authorize?.(request))
        if (client) return client
      }
      return undefined
    },

    first(head) {
      const index = shaping.findIndex((plugin) => applies(plugin, head))
      return index < 0 ? undefined : index
    },

    async request(call, first) {
      const active: HookedPlugin[] = []
      for (let index = first ?? shaping.length; index < shaping.length; index++) {
        const plugin = shaping[index]!
        if (index !== first && !applies(plugin, call)) continue
        active.push(plugin)
        if (!plugin.hooks.request) continue
        const run = () => plugin.hooks.request?.(call)
        call = (await runHookAsync(plugin, 'request', run, { leaving: call.signal, check: checked })) ?? call
      }
      return { call, shapers: createShapers(active) }
    },

    finished(head, result) {
      return finishing.length > 0 ? runFinished(head, result) : undefined
    },

    error(error, head) {
      for (const plugin of wording) {
        try {
          error = runHook(plugin, 'error', () => plugin.hooks.error?.(error, head)) ?? error
        } catch (err) {
          // What the client is told must not depend on it.
          log.error({ err, id: head.id, plugin: plugin.name }, 'A plugin failed in its error hook')
        }
      }
      return error
    },
  }
}

/** One question in so many is timed: a filter is asked for every call and should cost next to nothing. */
const FILTERS_PER_TIMING = 64

function applies(plugin: HookedPlugin, head: Head): boolean {
  const { hooks, record } = plugin
  if (record.isSetAside()) return false
  if (hooks.when === undefined) return true
  if (Math.random() * FILTERS_PER_TIMING < 1) return appliesOnTheClock(plugin, head)
  try {
    return hooks.when(head) !== false
  } catch {
    return appliesOnTheClock(plugin, head)
  }
}

function appliesOnTheClock(plugin: HookedPlugin, head: Head): boolean {
  return runHook(plugin, 'when', () => plugin.hooks.when?.(head) !== false) === true
}

function createShapers(active: readonly HookedPlugin[]): Shapers {
  const replying = active.filter(({ hooks }) => hooks.reply)
  const chunking = active.filter(({ hooks }) => hooks.chunk)
  const wrapping = active.filter(({ hooks }) => hooks.stream)

  return {
    async reply(reply, call) {
      for (const plugin of replying) {
        const run = () => plugin.hooks.reply?.(reply, call)
        reply = (await runHookAsync(plugin, 'reply', run, { leaving: call.signal, check: checked })) ?? reply
      }
      return reply
    },

    chunk(chunk, call) {
      let chunks: readonly GenerateContentResponse[] = [chunk]
      for (const plugin of chunking) {
        const run = (each: GenerateContentResponse) =>
          runHook(plugin, 'chunk', () => checked(plugin.hooks.chunk?.(each, call)))
        // Most hooks change few of many chunks.
        const made = chunks.length === 1 ? run(chunks[0]!) : chunks.flatMap((each) => run(each) ?? each)
        if (made !== undefined) chunks = [made].flat()
      }
      return chunks
    },

    stream:
      wrapping.length === 0
        ? undefined
        : (chunks, call) => wrapping.reduce((source, plugin) => blamedStream(plugin, source, call), chunks),
  }
}

/** Plugins may be plain JavaScript: what a hook hands on must be an object, and a chunk hook's must be there at once. */
function checked<T>(value: T): T {
  const isObject = typeof value === 'object' && value !== null && !('then' in value)
  if (value !== undefined && !isObject) throw new TypeError('The hook returned neither an object nor nothing')
  return value
}

/** Most of a stream hook runs after it was called; what it has taken of its source cannot be told again. */
async function* blamedStream(plugin: HookedPlugin, source: Chunks, call: Call): Chunks {
  const begun = performance.now()
  try {
    yield* plugin.hooks.stream?.(source, call) ?? source
    plugin.record.ran('stream', performance.now() - begun)
  } catch (thrown) {
    const error = blamed(plugin, 'stream', thrown)
    if (error !== thrown) plugin.record.failed('stream', thrown)
    throw error
  }
}
