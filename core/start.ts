import { createBreakers } from './breaker.ts'
import { BYTES_PER_MEGABYTE, createByteBudget } from './byte-budget.ts'
import { classifyAnswer } from './classify.ts'
import type { Clients } from './clients.ts'
import { createGateway } from './gateway.ts'
import { createHookChain } from './hooks.ts'
import { createKeyLoop } from './key-loop.ts'
import { createKeyMemory } from './key-memory.ts'
import { createKeyRing } from './key-ring.ts'
import type { KeyStrategy } from './keys.ts'
import { createLog, type Log } from './log.ts'
import { createModelCatalogue } from './model-catalogue.ts'
import { nearestName } from './nearest-name.ts'
import { mountOwnRoutes } from './own-routes.ts'
import type { Gateway } from './plugin.ts'
import { createApp, mountPluginRoutes } from './plugin-routes.ts'
import { type PluginSet, setUpPlugins } from './plugins.ts'
import { createPool } from './pool.ts'
import { createProbe } from './probe.ts'
import { createProber } from './prober.ts'
import { createRedactor, type Redactor } from './redactor.ts'
import { createRequestLog } from './request-log.ts'
import type { Rooms } from './rooms.ts'
import { sampleProjects } from './sample-projects.ts'
import { createServer } from './server.ts'
import type { Settings } from './settings.ts'
import { SettingsError } from './settings-error.ts'
import type { Store } from './store.ts'
import { createUpstream } from './upstream.ts'

/** What must be open before a gateway can start. */
export interface Opened {
  readonly store: Store
  readonly clients: Clients
}

export interface RunningGateway {
  readonly port: number
  readonly url: string
  readonly log: Log
  /** One sentence for each thing the operator should know. */
  readonly problems: readonly string[]
  /** Takes no new connection, lets open answers finish for `graceSeconds`, and saves what was learned. */
  stop(graceSeconds: number): Promise<void>
}

/** Puts a gateway together and listens. Throws a SettingsError for what only shows here. */
export async function startGateway(
  rooms: Rooms,
  settings: Settings,
  { store, clients }: Opened,
): Promise<RunningGateway> {
  const { now, random } = { now: Date.now, random: Math.random }
  const { runtime } = rooms
  const redactor = createRedactor()
  const log = openLog(rooms, settings, redactor)
  const keyRing = createKeyRing(settings.keys, redactor)
  const late = createLateGateway()
  const plugins = await setUpPlugins(rooms, settings, { store, log, gateway: late.gateway })

  const keyMemory = createKeyMemory({
    records: store.keys,
    warn: (message, fields) => log.warn(fields, message),
  })
  const requestLog = createRequestLog({
    records: store.requests,
    warn: (message, fields) => log.warn(fields, message),
    now,
    keepDays: settings.log.keepDays,
    maxMegabytes: settings.log.maxMegabytes,
  })
  const pool = createPool({
    keys: keyRing.keys,
    strategy: toStrategy(plugins, settings.routing.strategy, { now, random }),
    saved: await store.keys.load(),
    now,
    random,
    minuteSeconds: settings.quota.minuteSeconds,
    changed: keyMemory.changed,
    doubted: (key) => prober.check(key),
  })
  const upstream = createUpstream({
    transport: rooms.createTransport(),
    baseUrl: settings.upstream.gemini.baseUrl,
    headers: settings.upstream.gemini.headers,
    silenceMilliseconds: settings.upstream.timeoutSeconds * 1000,
    authorize: keyRing.authorize,
  })
  const probe = createProbe({
    upstream,
    redactor,
    classify: classifyAnswer,
    failed: (key, fault) => pool.settle(key, { model: undefined }, { ok: false, ...fault }),
  })
  const prober = createProber({ ask: probe.ask, resolve: pool.resolveDoubt, wait, random })
  const catalogue = createModelCatalogue({
    documents: store.documents,
    sample: (count) => sampleProjects(pool.usable({ model: undefined }), count),
    fetchPage: probe.fetchModels,
    now,
    warn: (fields, message) => log.warn(fields, message),
  })
  const keyLoop = createKeyLoop({
    pool,
    upstream,
    redactor,
    breakers: createBreakers({ now, wait }),
    deadlineMilliseconds: settings.routing.deadlineSeconds * 1000,
    now,
    random,
    wait,
  })
  const hooks = createHookChain(plugins.plugins, log)
  const gateway = createGateway({
    keyLoop,
    redactor,
    catalogue,
    log,
    budget: createByteBudget(settings.server.maxBufferedMegabytes * BYTES_PER_MEGABYTE),
    maxBodyBytes: settings.server.maxBodyMegabytes * BYTES_PER_MEGABYTE,
    commitMilliseconds: settings.streaming.commitSeconds * 1000,
    heartbeatMilliseconds: settings.streaming.heartbeatSeconds * 1000,
    finishWhole: settings.upstream.finishWhole,
    keepBodies: settings.log.bodies,
    hooks: () => hooks,
    record: requestLog.push,
  })
  late.bind(gateway)

  const app = createApp()
  mountOwnRoutes(app, { pool, keyRing, log })
  mountPluginRoutes(app, plugins.plugins, gateway, log)
  const protocols = plugins.plugins.flatMap(({ hooks: { protocol } }) => protocol ?? [])
  const serve = createServer({ app, clients, log, protocols: () => protocols, hooks: () => hooks })
  const listening = await runtime.serve({
    host: settings.server.host,
    port: settings.server.port,
    fetch: serve,
  })

  return {
    port: listening.port,
    url: toUrl(settings.server.host, listening.port),
    log,
    problems: plugins.problems,
    async stop(graceSeconds) {
      await listening.stop(graceSeconds)
      prober.close()
      catalogue.close()
      await plugins.stop()
      await keyMemory.close()
      await requestLog.close()
    },
  }
}

/** The log that the settings ask for; it knows every secret among them. */
function openLog({ runtime }: Rooms, settings: Settings, redactor: Redactor): Log {
  if (settings.server.adminToken) redactor.add(settings.server.adminToken, 'admin token')
  for (const { name, token } of settings.clients) redactor.add(token, `token of ${name}`)
  return createLog({
    level: settings.log.level,
    write: runtime.output.write,
    redactor,
    pretty: runtime.output.isTerminal,
  })
}

function toStrategy(
  plugins: PluginSet,
  name: string,
  context: { readonly now: () => number; readonly random: () => number },
): KeyStrategy {
  const known = new Map(plugins.plugins.flatMap(({ hooks }) => Object.entries(hooks.strategies ?? {})))
  const create = known.get(name)
  if (create) return create(context)
  const nearest = nearestName(name, known.keys())
  throw new SettingsError([
    `Setting "routing.strategy" is "${name}", but must be one of ${[...known.keys()].join(', ')}${nearest ? `; did you mean "${nearest}"?` : ''}`,
  ])
}

/** Plugins are set up before there is a gateway to give them. */
function createLateGateway() {
  let bound: Gateway | undefined
  const get = () => {
    if (!bound) throw new Error('The gateway has not started yet')
    return bound
  }
  const gateway: Gateway = {
    answer: (request, target) => get().answer(request, target),
    relay: (request, target) => get().relay(request, target),
    refuse: (request, error) => get().refuse(request, error),
    models: () => get().models(),
  }
  return {
    gateway,
    bind(real: Gateway) {
      bound = real
    },
  }
}

function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    function done() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done, { once: true })
  })
}

function toUrl(host: string, port: number): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${port}`
}
