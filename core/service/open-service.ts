import { type Breakers, createBreakers } from '../call/breaker.ts'
import { createKeyLoop, type KeyLoop, type KeyLoopOptions } from '../call/key-loop.ts'
import { createUpstream } from '../call/upstream.ts'
import type { Keyring } from '../keyring/keyring.ts'
import { toKey } from '../keyring/managed-key.ts'
import type { KeyStrategy, StrategyContext } from '../keys.ts'
import type { Log } from '../log/log.ts'
import type { Redactor } from '../log/redactor.ts'
import { createModelCatalogue, type ModelCatalogue } from '../models/model-catalogue.ts'
import { createKeyMemory } from '../pool/key-memory.ts'
import type { KeyRing } from '../pool/key-ring.ts'
import { createPool, type Pool } from '../pool/pool.ts'
import { createKeyTester, type KeyTester } from '../probing/key-tester.ts'
import { createProbe } from '../probing/probe.ts'
import { createProber } from '../probing/prober.ts'
import { startRecheck } from '../probing/recheck.ts'
import { sampleProjects } from '../probing/sample-projects.ts'
import { openTokenEstimates } from '../quota/kept-estimates.ts'
import { openQuotaBook } from '../quota/open-quota-book.ts'
import type { QuotaBook } from '../quota/quota-book.ts'
import { createQuotaMemory } from '../quota/quota-memory.ts'
import type { Rooms } from '../rooms.ts'
import type { Settings } from '../settings/settings.ts'
import type { Store } from '../store.ts'
import { later, wait } from '../timers.ts'
import { preferredWay } from '../ways/key-ways.ts'
import { openWays } from '../ways/open-ways.ts'
import { watchWays } from '../ways/watch-ways.ts'
import type { WayChecker } from '../ways/way-checker.ts'
import type { Ways } from '../ways/ways.ts'

/** One of Google's services, and all that the gateway has of it: its keys, what they may spend, and the way there. */
export interface Service {
  readonly pool: Pool
  readonly quotas: QuotaBook
  readonly catalogue: ModelCatalogue
  readonly tester: KeyTester
  readonly ways: Ways
  readonly breakers: Breakers
  readonly checker: WayChecker
  /** What a key loop needs but the way of its requests. */
  readonly loop: Omit<KeyLoopOptions, 'upstream'>
  readonly keyLoop: KeyLoop
  /** Ends what runs by itself, and saves what was learned; never rejects. */
  close(): Promise<void>
}

export interface ServiceOptions {
  readonly rooms: Rooms
  readonly settings: Settings
  readonly store: Pick<Store, 'keys' | 'meters' | 'documents'>
  readonly keyring: Keyring
  readonly ring: KeyRing
  readonly redactor: Redactor
  readonly log: Log
  /** The strategy that the settings name, for the pool of this context. */
  strategyFor(context: StrategyContext): KeyStrategy
}

const now = Date.now
const { random } = Math
const elapsed = () => performance.now()

/** Takes up the keyring's keys, and from then on every change of them. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { rooms, settings, store, keyring, ring, redactor, log } = options
  const warn = (message: string, fields: Record<string, unknown>) => log.warn(fields, message)
  const keyMemory = createKeyMemory({ records: store.keys, warn })
  const quotas = await openQuotaBook(settings, store)
  const quotaMemory = createQuotaMemory({
    records: store.meters,
    takeChanges: () => quotas.takeChanges(now()),
    warn,
  })
  const tokens = await openTokenEstimates({ documents: store.documents, warn })
  const strategy = options.strategyFor({
    now,
    random,
    slack: (key, call) => pool.slack(key, call),
    inFlight: (key) => pool.inFlight(key),
  })
  const saved = await store.keys.load()
  // From here to `watch` nothing waits: a key that came meanwhile would be missed.
  const pool = createPool({
    keys: Array.from(keyring.keys.values(), toKey),
    strategy,
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
  const upstream = createUpstream({
    wayOf: (key) => ways.only ?? preferredWay(ways, breakers, key),
    ...settings.upstream.gemini,
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
  const { authorize } = ring
  const watch = watchWays({ settings, ways, breakers, pool, redactor, log, now, later, authorize })
  const loop = {
    pool,
    tokens,
    redactor,
    breakers,
    ways,
    deadlineMilliseconds: settings.routing.deadlineSeconds * 1000,
    now,
    elapsed,
    random,
    wait,
  }

  return {
    pool,
    quotas,
    catalogue,
    tester: createKeyTester({ upstream, redactor, elapsed }),
    ways,
    breakers,
    checker: watch.checker,
    loop,
    keyLoop: createKeyLoop({ ...loop, upstream }),
    async close() {
      recheck.close()
      watch.close()
      prober.close()
      catalogue.close()
      await keyMemory.close()
      await quotaMemory.close()
      await tokens.close()
    },
  }
}
