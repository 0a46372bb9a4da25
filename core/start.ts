import { adminRoutes } from './admin/admin-routes.ts'
import { createBreakers } from './call/breaker.ts'
import { withFallback } from './call/fallback.ts'
import { createGateway } from './call/gateway.ts'
import { keepBodies, NO_BODIES } from './call/kept-bodies.ts'
import { createKeyLoop } from './call/key-loop.ts'
import { createUpstream } from './call/upstream.ts'
import { createGuardedFetch } from './fetch/create-guarded-fetch.ts'
import { createAddressList } from './http/address-list.ts'
import { toBodyLimits } from './http/body-limits.ts'
import { BYTES_PER_MEGABYTE } from './http/byte-budget.ts'
import type { Clients } from './http/clients.ts'
import { mountOwnRoutes } from './http/own-routes.ts'
import { createApp, mountPluginRoutes } from './http/plugin-routes.ts'
import { createServer } from './http/server.ts'
import type { ConfiguredKey } from './keyring/configured-keys.ts'
import { createKeyring } from './keyring/keyring.ts'
import { toKey } from './keyring/managed-key.ts'
import { openLog } from './log/open-log.ts'
import { createRedactor } from './log/redactor.ts'
import { createRequestLog } from './log/request-log.ts'
import { createModelCatalogue } from './models/model-catalogue.ts'
import { createOwnership } from './ownership/ownership.ts'
import { createResourceMemory } from './ownership/resource-memory.ts'
import { chooseStrategy } from './plugins/choose-strategy.ts'
import { createHookChain } from './plugins/hooks.ts'
import { createLateGateway } from './plugins/late-gateway.ts'
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
import type { Settings } from './settings/settings.ts'
import type { Store } from './store.ts'
import { later, wait } from './timers.ts'
import { keyFor, preferredWay } from './ways/key-ways.ts'
import { openWays } from './ways/open-ways.ts'
import { createWayChecker } from './ways/way-checker.ts'
import { startWayWatch } from './ways/way-watch.ts'

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
  const saved = await store.keys.load()
  // From here to `watch` nothing waits: a key that came meanwhile would be missed.
  const pool = createPool({
    keys: Array.from(keyring.keys.values(), toKey),
    strategy: chooseStrategy(plugins.plugins, settings.routing, {
      now,
      random,
      slack: (project, call) => quotas.slack(project, call.model ?? '', call.tokens ?? 0, now()),
      inFlight: (key) => pool.inFlight(key),
    }),
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
  const keyLoop = createKeyLoop({
    pool,
    tokens,
    upstream,
    redactor,
    breakers,
    ways,
    deadlineMilliseconds: settings.routing.deadlineSeconds * 1000,
    now,
    elapsed,
    random,
    wait,
  })
  const ownership = createOwnership({
    saved: await store.resources.load(now()),
    memory: createResourceMemory({ records: store.resources, warn }),
    shared: settings.files.shared,
    now,
    keyOf: pool.find,
  })
  const checker = createWayChecker({
    baseUrl,
    headers,
    exitAddressUrl: settings.proxies.exitAddressUrl,
    breakers,
    redactor,
    now,
    keyFor: (way) => keyFor(way, ways, pool),
    authorize: ring.authorize,
  })
  const watch = startWayWatch({
    ways,
    breakers,
    checker,
    everyMilliseconds: settings.proxies.checkSeconds * 1000,
    later,
    returned: ({ name }) => log.info({ way: name }, 'A way out works again'),
  })
  const hooks = createHookChain(plugins.plugins, log)
  const deadlineMilliseconds = settings.routing.deadlineSeconds * 1000
  const gateway = createGateway({
    keyLoop: withFallback(keyLoop, { models: settings.routing.fallback, deadlineMilliseconds, elapsed }),
    redactor,
    catalogue,
    log,
    ownership,
    baseUrl: baseUrl.replace(/\/+$/, ''),
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
  const { requests } = store
  const routing = { keyring, ring, pool, quotas, tester, ways, breakers, checker }
  mountOwnRoutes(app, {
    pool,
    log,
    admin: adminRoutes({ ...routing, requests, clients, redactor, log, limits, now }),
  })
  mountPluginRoutes(app, plugins.plugins, gateway, log)
  const protocols = plugins.plugins.flatMap(({ hooks: { protocol } }) => protocol ?? [])
  const sockets = plugins.plugins.flatMap(({ hooks }) => Object.entries(hooks.sockets ?? {}))
  const server = createServer({
    app,
    clients,
    log,
    basePath: settings.server.basePath,
    isTrusted: createAddressList(settings.server.trustedProxies),
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
    url: toUrl(settings.server.host, listening.port) + settings.server.basePath,
    problems: plugins.problems,
    keys: keyring.keys.size,
    async stop(graceSeconds) {
      await listening.stop(graceSeconds)
      recheck.close()
      keyring.close()
      watch.close()
      prober.close()
      catalogue.close()
      await plugins.stop()
      await ownership.close()
      await keyMemory.close()
      await quotaMemory.close()
      await requestLog.close()
    },
  }
}

function toUrl(host: string, port: number): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${port}`
}
