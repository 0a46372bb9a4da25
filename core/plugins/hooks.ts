import type { GenerateContentResponse, Model } from '../canonical.ts'
import { GatewayError, isGatewayError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { withDerived } from '../models/derived-models.ts'
import type { Call, CallResult, Chunks, Client, Head } from '../plugin.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

/** Many plugins seen as one. Blame for a throw is attached here and nowhere else. */
export interface HookChain {
  /** The first to name the client. */
  authorize(request: Request): Promise<Client | undefined>
  readonly authorizes: boolean
  /** The first plugin that would shape this call, or undefined where its bytes may pass as they are. */
  first(head: Head): number | undefined
  /** Runs the request hooks from `first` on; asks each later `when` after the hooks before it. */
  request(call: Call, first: number | undefined): Promise<{ readonly call: Call; readonly shapers: Shapers }>
  finished(head: Head, result: CallResult): void
  models(list: readonly Model[]): Promise<readonly Model[]>
  /** Those of all plugins, the longest first. */
  readonly suffixes: readonly string[]
  /** What the first plugin to know it says a name stands for. */
  modelOf(name: string): string | undefined
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
export function createHookChain(plugins: readonly LoadedPlugin[], log: Log): HookChain {
  const shaping = plugins.filter(({ hooks }) => hooks.request || hooks.reply || hooks.chunk || hooks.stream)
  const finishing = plugins.filter(({ hooks }) => hooks.finished)
  const authorizing = plugins.filter(({ hooks }) => hooks.authorize)
  const listing = plugins.filter(({ hooks }) => hooks.models)
  const naming = plugins.filter(({ hooks }) => hooks.modelOf)
  const wording = plugins.filter(({ hooks }) => hooks.error)
  const endings = plugins.flatMap(({ hooks }) => Object.entries(hooks.suffixes ?? {}))
  const applies = (plugin: LoadedPlugin, head: Head) =>
    plugin.hooks.when === undefined || blame(plugin, 'when', () => plugin.hooks.when?.(head)) !== false

  /** After the answer is on its way, so that no plugin delays it. */
  function runFinished(head: Head, result: CallResult): void {
    for (const plugin of finishing) {
      blameAsync(plugin, 'finished', () => plugin.hooks.finished?.(head, result)).catch((err) =>
        log.error({ err, id: head.id, plugin: plugin.name }, 'A plugin failed after the call'),
      )
    }
  }

  return {
    authorizes: authorizing.length > 0,

    async authorize(request) {
      for (const plugin of authorizing) {
        const client = await blameAsync(plugin, 'authorize', () => plugin.hooks.authorize?.(request))
        if (client) return client
      }
      return undefined
    },

    first(head) {
      const index = shaping.findIndex((plugin) => applies(plugin, head))
      return index < 0 ? undefined : index
    },

    async request(call, first) {
      const active: LoadedPlugin[] = []
      for (let index = first ?? shaping.length; index < shaping.length; index++) {
        const plugin = shaping[index]!
        if (index !== first && !applies(plugin, call)) continue
        active.push(plugin)
        if (!plugin.hooks.request) continue
        call =
          (await blameAsync(plugin, 'request', async () => checked(await plugin.hooks.request?.(call)))) ??
          call
      }
      return { call, shapers: createShapers(active) }
    },

    finished(head, result) {
      if (finishing.length > 0) setTimeout(() => runFinished(head, result), 0)
    },

    async models(list) {
      for (const plugin of listing) {
        list = (await blameAsync(plugin, 'models', () => plugin.hooks.models?.(list))) ?? list
      }
      return withDerived(list, endings)
    },

    suffixes: endings.map(([suffix]) => suffix).sort((one, other) => other.length - one.length),

    modelOf(name) {
      for (const plugin of naming) {
        const model = blame(plugin, 'modelOf', () => plugin.hooks.modelOf?.(name))
        if (model !== undefined) return model
      }
      return undefined
    },

    error(error, head) {
      for (const plugin of wording) {
        try {
          error = plugin.hooks.error?.(error, head) ?? error
        } catch (err) {
          // What the client is told must not depend on it.
          log.error({ err, id: head.id, plugin: plugin.name }, 'A plugin failed in its error hook')
        }
      }
      return error
    },
  }
}

function createShapers(active: readonly LoadedPlugin[]): Shapers {
  const replying = active.filter(({ hooks }) => hooks.reply)
  const chunking = active.filter(({ hooks }) => hooks.chunk)
  const wrapping = active.filter(({ hooks }) => hooks.stream)

  return {
    async reply(reply, call) {
      for (const plugin of replying) {
        reply =
          (await blameAsync(plugin, 'reply', async () => checked(await plugin.hooks.reply?.(reply, call)))) ??
          reply
      }
      return reply
    },

    chunk(chunk, call) {
      let chunks: readonly GenerateContentResponse[] = [chunk]
      for (const plugin of chunking) {
        chunks = chunks.flatMap(
          (each) => blame(plugin, 'chunk', () => checked(plugin.hooks.chunk?.(each, call))) ?? each,
        )
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

/** Most of a stream hook runs after it was called. */
async function* blamedStream(plugin: LoadedPlugin, source: Chunks, call: Call): Chunks {
  try {
    yield* plugin.hooks.stream?.(source, call) ?? source
  } catch (thrown) {
    throw blamed(plugin, 'stream', thrown)
  }
}

function blame<T>(plugin: LoadedPlugin, hook: string, run: () => T): T {
  try {
    return run()
  } catch (thrown) {
    throw blamed(plugin, hook, thrown)
  }
}

async function blameAsync<T>(plugin: LoadedPlugin, hook: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (thrown) {
    throw blamed(plugin, hook, thrown)
  }
}

/** A plugin refuses by throwing a GatewayError; anything else is its fault, and its text stays in the log. */
function blamed(plugin: LoadedPlugin, hook: string, thrown: unknown): GatewayError {
  if (isGatewayError(thrown)) return thrown
  return new GatewayError(
    'internal',
    `The plugin "${plugin.name}" failed in its ${hook} hook; the log has the cause`,
    {
      cause: thrown,
    },
  )
}
