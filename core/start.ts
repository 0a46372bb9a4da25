import { adminRoutes } from './admin/admin-routes.ts'
import { withFallback } from './call/fallback.ts'
import { createGateway } from './call/gateway.ts'
import { keepBodies, NO_BODIES } from './call/kept-bodies.ts'
import { withRepair } from './call/repair.ts'
import { withRetirement } from './call/retirement.ts'
import { uploadOf } from './call/upload-address.ts'
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
import { openKeptFiles } from './kept-files/open-kept-files.ts'
import type { ConfiguredKey } from './keyring/configured-keys.ts'
import { createKeyring } from './keyring/keyring.ts'
import type { UpstreamName } from './keys.ts'
import { createLive } from './live/live.ts'
import { toLiveLimits } from './live/live-clock.ts'
import { liveTokenOf, makerOfToken } from './live/live-token.ts'
import { openLog } from './log/open-log.ts'
import { createRedactor } from './log/redactor.ts'
import { createRequestLog } from './log/request-log.ts'
import { mergeCatalogues } from './models/merged-catalogue.ts'
import { toStatedTraits } from './models/stated-traits.ts'
import { stateTraits } from './models.ts'
import { createOwnership } from './ownership/ownership.ts'
import { createResourceMemory } from './ownership/resource-memory.ts'
import { createLivePlugins } from './plugins/live-plugins.ts'
import { createReload, type Reloaded, type SettingsAgain } from './plugins/reload.ts'
import { createKeyRing } from './pool/key-ring.ts'
import { openTokenEstimates } from './quota/kept-estimates.ts'
import type { Rooms } from './rooms.ts'
import { allOf, openServices } from './service/open-services.ts'
import type { Settings } from './settings/settings.ts'
import type { Store } from './store.ts'
import { isOfVertex } from './vertex/vertex-models.ts'
import { withVertex } from './vertex/with-vertex.ts'

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
  /** How many keys it has for each service, those that were added at run time among them. */
  readonly keys: Readonly<Record<UpstreamName, number>>
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
  const now = Date.now
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
  const requestLog = createRequestLog({
    records: store.requests,
    warn,
    now,
    keepDays: settings.log.keepDays,
    maxMegabytes: settings.log.maxMegabytes,
  })
  const plugins = createLivePlugins({
    rooms,
    log,
    createApp() {
      const app = createApp()
      mountOwnRoutes(app, { pools: allOf(services).map(({ pool }) => pool), log, admin })
      return app
    },
  })
  const tokens = await openTokenEstimates({ documents: store.documents, warn })
  const services = await openServices({
    rooms,
    settings,
    store,
    keyring,
    ring,
    redactor,
    log,
    tokens,
    strategyFor: plugins.strategyFor,
  })
  const { gemini, vertex } = services
  const { pool, loop } = gemini
  const isForVertex = isOfVertex(settings.upstream.vertex)
  const catalogue = mergeCatalogues(gemini.catalogue, {
    catalogue: vertex.catalogue,
    isListed: isForVertex ?? (() => false),
  })
  const baseUrl = settings.upstream.gemini.baseUrl.replace(/\/+$/, '')
  const resources = await store.resources.load(now())
  const keptFiles = await openKeptFiles({
    ...loop,
    rooms,
    settings,
    store,
    keyLoop: gemini.keyLoop,
    baseUrl,
    resources,
    warn,
  })
  const ownership = createOwnership({
    saved: resources,
    memory: createResourceMemory({ records: store.resources, warn }),
    shared: settings.files.shared,
    now,
    keyOf: pool.find,
    ...(keptFiles && { isMovable: keptFiles.isMovable, gone: keptFiles.gone }),
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
    upstream: { ...settings.upstream.gemini, authorize: ring.authorize },
    limits: { ...limits, ...toLiveLimits(settings.live) },
    sessionsPerProject: settings.live.sessionsPerProject,
  })
  const movingLoop = keptFiles?.moving(gemini.keyLoop) ?? gemini.keyLoop
  const keyLoop = withVertex(movingLoop, { ...vertex, redactor, isOfVertex: isForVertex })
  const gateway = createGateway({
    ...flights,
    catalogues: { gemini: gemini.catalogue, vertex: vertex.catalogue },
    live,
    keyLoop: withFallback(withRetirement(withRepair(keyLoop)), {
      models: settings.routing.fallback,
      deadlineMilliseconds: loop.deadlineMilliseconds,
      elapsed: loop.elapsed,
    }),
    redactor,
    fitting: createFitting(loop.elapsed),
    ownership,
    recorder: keptFiles?.recorder,
    baseUrl,
    commitMilliseconds: settings.streaming.commitSeconds * 1000,
    heartbeatMilliseconds: settings.streaming.heartbeatSeconds * 1000,
    finishWhole: settings.upstream.finishWhole,
  })

  const { requests } = store
  const surroundings = { store, log, gateway, fetch, imageBed: plugins.imageBed, now }
  const reload = createReload({ settings, readAgain, plugins, surroundings, redactor, log })
  const admin = adminRoutes({
    services,
    keyring,
    ring,
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
    keys: { gemini: gemini.pool.total, vertex: vertex.pool.total },
    async stop(graceSeconds) {
      await live.stop() // a session would last as long as it is waited for
      await listening.stop(graceSeconds)
      keyring.close()
      await plugins.stop()
      await ownership.close()
      await keptFiles?.close()
      for (const service of allOf(services)) await service.close()
      await tokens.close()
      await requestLog.close()
    },
  }
}
