import { adminRoutes } from './admin/admin-routes.ts'
import { createBreakers } from './call/breaker.ts'
import { withFallback } from './call/fallback.ts'
import { createGateway } from './call/gateway.ts'
import { keepBodies, NO_BODIES } from './call/kept-bodies.ts'
import { createKeyLoop } from './call/key-loop.ts'
import { createUpstream } from './call/upstream.ts'
import { createGuardedFetch } from './fetch/create-guarded-fetch.ts'
import { BYTES_PER_MEGABYTE, createByteBudget } from './http/byte-budget.ts'
import type { Clients } from './http/clients.ts'
import { mountOwnRoutes } from './http/own-routes.ts'
import { createApp, mountPluginRoutes } from './http/plugin-routes.ts'
import type { BodyLimits } from './http/request-body.ts'
import { createServer } from './http/server.ts'
import { createSilenceWatch } from './http/silence-watch.ts'
import type { ConfiguredKey } from './keyring/configured-keys.ts'
import { createKeyring } from './keyring/keyring.ts'
import { toKey } from './keyring/managed-key.ts'
import { createLog, type Log } from './log/log.ts'
import { createRedactor, type Redactor } from './log/redactor.ts'
import { createRequestLog } from './log/request-log.ts'
import { createModelCatalogue } from './models/model-catalogue.ts'
import type { Gateway } from './plugin.ts'
import { chooseStrategy } from './plugins/choose-strategy.ts'
import { createHookChain } from './plugins/hooks.ts'
import { setUpPlugins } from './plugins/set-up-plugins.ts'
import { createKeyMemory } from './pool/key-memory.ts'
import { createKeyRing } from './pool/key-ring.ts'
import { createPool } from './pool/pool.ts'
import { createKeyTester } from './probing/key-tester.ts'
import { createProbe } from './probing/probe.ts'
import { createProber } from './probing/prober.ts'
import { startRecheck } from './probing/recheck.ts'
import { sampleProjects } from './probing/sample-projects.ts'
import { openQuotaBook } from './quota/open-quota-book.ts'
import { createQuotaMemory } from './quota/quota-memory.ts'
import { createTokenEstimates } from './quota/token-estimates.ts'
import type { Rooms } from './rooms.ts'
import { secretsIn } from './settings/setting-secrets.ts'
import type { Settings } from './settings/settings.ts'
import type { Store } from './store.ts'

/** What must be open before a gateway can start. */
export interface Opened {
  readonly store: Store
  readonly clients: Clients
  /** The keys of the settings, and where each is written. */
  readonly configuredKeys: readonly ConfiguredKey[]
}

export interface RunningGateway {
  readonly url: string
  /** How many keys it has, those that were added at run time among them. */
  readonly keys: number
  /** One sentence for each thing the operator should know. */
  readonly problems: readonly string[]
  /** Takes no new connection, lets open answers finish for `graceSeconds`, and saves what was learned. */
  stop(graceSeconds: number): Promise<void>
}

/** Puts a gateway together and listens. Throws a SettingsError for what only shows here. */
export async function startGateway(
  rooms: Rooms,
  settings: Settings,
  { store, clients, configuredKeys }: Opened,
): Promise<RunningGateway> {
  const { now, random } = { now: Date.now, random: Math.random }
  const elapsed = () => performance.now()
  const { runtime } = rooms
  const redactor = createRedactor()
  const log = openLog(rooms, settings, redactor)
  const warn = (message: string, fields: Record<string, unknown>) => log.warn(fields, message)
  const ring = createKeyRing(redactor)
  const keyring = await createKeyring({
    configured: configuredKeys,
    records: store.keySettings,
    ring,
    maxConcurrent: settings.routing.maxConcurrentPerKey,
    now,
    warn,
  })
  const late = createLateGateway()
  const limits = toBodyLimits(settings)
  const fetch = createGuardedFetch({
    ...settings.media,
    outside: rooms.createOutside(),
    maxBytes: settings.media.maxMegabytes * BYTES_PER_MEGABYTE,
    timeoutMilliseconds: settings.media.timeoutSeconds * 1000,
    budget: limits.budget,
  })
  const plugins = await setUpPlugins(rooms, settings, { store, log, gateway: late.gateway, fetch })

  const keyMemory = createKeyMemory({
    records: store.keys,
    warn,
  })
  const requestLog = createRequestLog({
    records: store.requests,
    warn,
    now,
    keepDays: settings.log.keepDays,
    maxMegabytes: settings.log.maxMegabytes,
  })
  const quotas = await openQuotaBook(settings, store)
  const quotaMemory = createQuotaMemory({
    records: store.meters,
    takeChanges: () => quotas.takeChanges(now()),
    warn,
  })
  const tokens = createTokenEstimates()
  const pool = createPool({
    keys: Array.from(keyring.keys.values(), toKey),
    strategy: chooseStrategy(plugins.plugins, settings.routing, {
      now,
      random,
      slack: (project, call) => quotas.slack(project, call.model ?? '', call.tokens ?? 0, now()),
      inFlight: (key) => pool.inFlight(key),
    }),
    quotas,
    saved: await store.keys.load(),
    now,
    random,
    minuteSeconds: settings.quota.minuteSeconds,
    changed: keyMemory.changed,
    doubted: (key) => prober.check(key),
    warn,
  })
  for (const key of keyring.keys.values()) {
    if (key.disabledSince !== undefined) pool.membership.set(toKey(key), key.disabledSince)
  }
  keyring.watch(pool.membership)
  const upstream = createUpstream({
    transport: rooms.createTransport(),
    baseUrl: settings.upstream.gemini.baseUrl,
    headers: settings.upstream.gemini.headers,
    silenceMilliseconds: settings.upstream.timeoutSeconds * 1000,
    authorize: ring.authorize,
  })
  const probe = createProbe({
    upstream,
    redactor,
    failed: (key, fault) => pool.settle(key, { model: undefined }, { ok: false, ...fault }),
  })
  const prober = createProber({ ask: probe.ask, resolve: pool.resolveDoubt, wait, random })
  const recheck = startRecheck({
    list: pool.list,
    keyOf: pool.find,
    check: prober.check,
    hours: settings.routing.checkHours,
    random,
    later,
  })
  const catalogue = createModelCatalogue({
    documents: store.documents,
    sample: (count) => sampleProjects(pool.usable({ model: undefined }), count),
    fetchPage: probe.fetchModels,
    now,
    warn: (fields, message) => log.warn(fields, message),
  })
  const keyLoop = createKeyLoop({
    pool,
    tokens,
    upstream,
    redactor,
    breakers: createBreakers({ now: elapsed, wait }),
    deadlineMilliseconds: settings.routing.deadlineSeconds * 1000,
    now,
    elapsed,
    random,
    wait,
  })
  const hooks = createHookChain(plugins.plugins, log)
  const deadlineMilliseconds = settings.routing.deadlineSeconds * 1000
  const gateway = createGateway({
    keyLoop: withFallback(keyLoop, { models: settings.routing.fallback, deadlineMilliseconds, elapsed }),
    redactor,
    catalogue,
    log,
    limits,
    commitMilliseconds: settings.streaming.commitSeconds * 1000,
    heartbeatMilliseconds: settings.streaming.heartbeatSeconds * 1000,
    finishWhole: settings.upstream.finishWhole,
    keepBodies: () => (settings.log.bodies ? keepBodies(redactor) : NO_BODIES),
    hooks: () => hooks,
    record: requestLog.push,
  })
  late.bind(gateway)

  const app = createApp()
  const tester = createKeyTester({ upstream, redactor, elapsed })
  const desk = { keyring, ring, pool, quotas, now, clients, tester, redactor, log, limits }
  mountOwnRoutes(app, { pool, log, admin: adminRoutes({ ...desk, requests: store.requests }) })
  mountPluginRoutes(app, plugins.plugins, gateway, log)
  const protocols = plugins.plugins.flatMap(({ hooks: { protocol } }) => protocol ?? [])
  const sockets = plugins.plugins.flatMap(({ hooks }) => Object.entries(hooks.sockets ?? {}))
  const server = createServer({
    app,
    clients,
    log,
    protocols: () => protocols,
    hooks: () => hooks,
    sockets: () => sockets,
  })
  const listening = await runtime.serve({
    host: settings.server.host,
    port: settings.server.port,
    fetch: server.fetch,
    upgrade: server.upgrade,
  })

  return {
    url: toUrl(settings.server.host, listening.port),
    problems: plugins.problems,
    keys: keyring.keys.size,
    async stop(graceSeconds) {
      await listening.stop(graceSeconds)
      recheck.close()
      keyring.close()
      prober.close()
      catalogue.close()
      await plugins.stop()
      await keyMemory.close()
      await quotaMemory.close()
      await requestLog.close()
    },
  }
}

/** Silence of a client amid a long body that ends it, in milliseconds. */
const BODY_SILENCE = 60_000

function toBodyLimits({ server }: Settings): BodyLimits {
  return {
    maxBytes: server.maxBodyMegabytes * BYTES_PER_MEGABYTE,
    budget: createByteBudget(server.maxBufferedMegabytes * BYTES_PER_MEGABYTE),
    silence: createSilenceWatch(BODY_SILENCE),
  }
}

/** The log that the settings ask for; it knows every secret among them. */
function openLog({ runtime }: Rooms, settings: Settings, redactor: Redactor): Log {
  for (const { text, label } of secretsIn(settings)) redactor.add(text, label)
  return createLog({
    level: settings.log.level,
    write: runtime.output.write,
    redactor,
    pretty: runtime.output.isTerminal,
  })
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
    convert: (request, convert) => get().convert(request, convert),
    relay: (request, target) => get().relay(request, target),
    compose: (request, operation, run) => get().compose(request, operation, run),
    call: (call, native) => get().call(call, native),
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

function later(run: () => void, milliseconds: number) {
  const timer = setTimeout(run, milliseconds)
  return { cancel: () => clearTimeout(timer) }
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
