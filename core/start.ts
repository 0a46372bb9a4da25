import { adminRoutes } from './admin/admin-routes.ts'
import { createBreakers } from './call/breaker.ts'
import { withFallback } from './call/fallback.ts'
import { createGateway } from './call/gateway.ts'
import { keepBodies, NO_BODIES } from './call/kept-bodies.ts'
import { createKeyLoop } from './call/key-loop.ts'
import { withRepair } from './call/repair.ts'
import { withRetirement } from './call/retirement.ts'
import { uploadOf } from './call/upload-address.ts'
import { createUpstream } from './call/upstream.ts'
import { createGuardedFetch } from './fetch/create-guarded-fetch.ts'
import { createFitting } from './fitting/fitting.ts'
import { createAddressList } from './http/address-list.ts'
import { toBodyLimits } from './http/body-limits.ts'
import { BYTES_PER_MEGABYTE } from './http/byte-budget.ts'
import type { Clients } from './http/clients.ts'
import { toListeningUrl } from './http/listening-url.ts'
import { mountOwnRoutes } from './http/own-routes.ts'
import { createApp } from './http/plugin-app.ts'
import { createServer } from './http/server.ts'
import type { ConfiguredKey } from './keyring/configured-keys.ts'
import { createKeyring } from './keyring/keyring.ts'
import { toKey } from './keyring/managed-key.ts'
import { createLive } from './live/live.ts'
import { toLiveLimits } from './live/live-clock.ts'
import { liveTokenOf, makerOfToken } from './live/live-token.ts'
import { openLog } from './log/open-log.ts'
import { createRedactor } from './log/redactor.ts'
import { createRequestLog } from './log/request-log.ts'
import { createModelCatalogue } from './models/model-catalogue.ts'
import { toStatedTraits } from './models/stated-traits.ts'
import { stateTraits } from './models.ts'
import { createOwnership } from './ownership/ownership.ts'
import { createResourceMemory } from './ownership/resource-memory.ts'
import { createLivePlugins } from './plugins/live-plugins.ts'
import { createReload, type Reloaded, type SettingsAgain } from './plugins/reload.ts'
import { createKeyMemory } from './pool/key-memory.ts'
import { createKeyRing } from './pool/key-ring.ts'
import { createPool } from './pool/pool.ts'
import { createKeyTester } from './probing/key-tester.ts'
import { createProbe } from './probing/probe.ts'
import { createProber } from './probing/prober.ts'
import { startRecheck } from './probing/recheck.ts'
import { sampleProjects } from './probing/sample-projects.ts'
import { openTokenEstimates } from './quota/kept-estimates.ts'
import { openQuotaBook } from './quota/open-quota-book.ts'
import { createQuotaMemory } from './quota/quota-memory.ts'
import type { Rooms } from './rooms.ts'
import type { Settings } from './settings/settings.ts'
import type { Store } from './store.ts'
import { later, wait } from './timers.ts'
import { preferredWay } from './ways/key-ways.ts'
import { openWays } from './ways/open-ways.ts'
import { watchWays } from './ways/watch-ways.ts'

/** What must be open before a gateway can start. */
export interface Opened {
  readonly store: Store
  readonly clients: Clients
  /** The keys of the settings, and where each is written. */
  readonly configuredKeys: readonly ConfiguredKey[]
  /** As `ReloadOptions.readAgain`. */
  readAgain(): Promise<SettingsAgain>
}

export interface RunningGateway {
  readonly url: string
  /** How many keys it has, those that were added at run time among them. */
  readonly keys: number
  /** One sentence for each thing the operator should know. */
  readonly problems: readonly string[]
  /** Reads the settings again and exchanges the plugins; rejects where they cannot be used, and changes nothing then. */
  reload(): Promise<Reloaded>
  /** Takes no new connection, lets open answers finish for `graceSeconds`, and saves what was learned. */
  stop(graceSeconds: number): Promise<void>
}

/** Puts a gateway together and listens. Throws a SettingsError for what only shows here. */
export async function startGateway(
  rooms: Rooms,
  settings: Settings,
  { store, clients, configuredKeys, readAgain }: Opened,
): Promise<RunningGateway> {
  const { now, random } = { now: Date.now, random: Math.random }
  const elapsed = () => performance.now()
  const { runtime } = rooms
  stateTraits(toStatedTraits(settings.models))
  const redactor = createRedactor()
  const log = openLog(rooms, settings, redactor)
  runtime.onStray((err) => log.error({ err }, 'Something failed that nobody waited for; the gateway goes on'))
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
  const limits = toBodyLimits(settings)
  const fetch = createGuardedFetch({
    ...settings.media,
    outside: rooms.createOutside(),
    maxBytes: settings.media.maxMegabytes * BYTES_PER_MEGABYTE,
    timeoutMilliseconds: settings.media.timeoutSeconds * 1000,
    budget: limits.budget,
  })
  const keyMemory = createKeyMemory({ records: store.keys, warn })
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
  const tokens = await openTokenEstimates({ documents: store.documents, warn })
  const plugins = createLivePlugins({
    rooms,
    log,
    context: {
      now,
      random,
      slack: (key, call) => pool.slack(key, call),
      inFlight: (key) => pool.inFlight(key),
    },
    createApp() {
      const app = createApp()
      mountOwnRoutes(app, { pool, log, admin })
      return app
    },
  })
  const saved = await store.keys.load()
  // From here to `watch` nothing waits: a key that came meanwhile would be missed.
  const pool = createPool({
    keys: Array.from(keyring.keys.values(), toKey),
    strategy: plugins.strategy,
    quotas,
    saved,
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
  const breakers = createBreakers({ now: elapsed, wait })
  const ways = openWays(rooms, settings, ring.proxies, random)
  keyring.watch({ set() {}, drop() {}, goesBy: ways.assign })
  const { baseUrl, headers } = settings.upstream.gemini
  const upstream = createUpstream({
    wayOf: (key) => ways.only ?? preferredWay(ways, breakers, key),
    baseUrl,
    headers,
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
  const deadlineMilliseconds = settings.routing.deadlineSeconds * 1000
  const loop = { pool, tokens, redactor, breakers, ways, deadlineMilliseconds, now, elapsed, random, wait }
  const keyLoop = createKeyLoop({ ...loop, upstream })
  const ownership = createOwnership({
    saved: await store.resources.load(now()),
    memory: createResourceMemory({ records: store.resources, warn }),
    shared: settings.files.shared,
    now,
    keyOf: pool.find,
  })
  const watch = watchWays({
    settings,
    ways,
    breakers,
    pool,
    redactor,
    log,
    now,
    later,
    authorize: ring.authorize,
  })
  const flights = {
    catalogue,
    log,
    limits,
    keepBodies: () => (settings.log.bodies ? keepBodies(redactor) : NO_BODIES),
    hooks: () => plugins.current().hooks,
    record: requestLog.push,
  }
  const live = createLive({
    ...flights,
    loop,
    ownership,
    upstream: { baseUrl, headers, authorize: ring.authorize },
    limits: { ...limits, ...toLiveLimits(settings.live) },
    sessionsPerProject: settings.live.sessionsPerProject,
  })
  const gateway = createGateway({
    ...flights,
    live,
    keyLoop: withFallback(withRetirement(withRepair(keyLoop)), {
      models: settings.routing.fallback,
      deadlineMilliseconds,
      elapsed,
    }),
    redactor,
    fitting: createFitting(elapsed),
    ownership,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    commitMilliseconds: settings.streaming.commitSeconds * 1000,
    heartbeatMilliseconds: settings.streaming.heartbeatSeconds * 1000,
    finishWhole: settings.upstream.finishWhole,
  })

  const tester = createKeyTester({ upstream, redactor, elapsed })
  const { requests } = store
  const routing = { keyring, ring, pool, quotas, tester, ways, breakers, checker: watch.checker }
  const surroundings = { store, log, gateway, fetch, imageBed: plugins.imageBed, now }
  const reload = createReload({ settings, readAgain, plugins, surroundings, redactor, log })
  const admin = adminRoutes({
    ...routing,
    requests,
    clients,
    plugins,
    shippedPlugins: rooms.plugins,
    reload,
    redactor,
    log,
    limits,
    now,
  })
  const problems = await plugins.load(settings, surroundings)
  const server = createServer({
    clients,
    log,
    basePath: settings.server.basePath,
    isTrusted: createAddressList(settings.server.trustedProxies),
    plugins: plugins.current,
    socketClient: ({ headers }, url) => makerOfToken(liveTokenOf(url, headers), ownership),
    addressee(url) {
      const upload = uploadOf(url)
      return upload && ownership.makerOf(upload)
    },
  })
  const listening = await runtime.serve({
    host: settings.server.host,
    port: settings.server.port,
    fetch: server.fetch,
    upgrade: server.upgrade,
  })

  return {
    url: toListeningUrl(settings.server, listening.port),
    problems,
    reload,
    keys: keyring.keys.size,
    async stop(graceSeconds) {
      await live.stop() // a session would last as long as it is waited for
      await listening.stop(graceSeconds)
      recheck.close()
      keyring.close()
      watch.close()
      prober.close()
      catalogue.close()
      await plugins.stop()
      await ownership.close()
      await keyMemory.close()
      await Promise.all([quotaMemory.close(), tokens.close()])
      await requestLog.close()
    },
  }
}
