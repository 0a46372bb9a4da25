import { type Breakers, createBreakers } from '../call/breaker.ts'
import { createKeyLoop, type KeyLoop, type KeyLoopOptions } from '../call/key-loop.ts'
import { createUpstream } from '../call/upstream.ts'
import type { Keyring } from '../keyring/keyring.ts'
import { toKey } from '../keyring/managed-key.ts'
import type { KeyStrategy, StrategyContext, UpstreamName } from '../keys.ts'
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
import { openQuotaBook } from '../quota/open-quota-book.ts'
import type { QuotaBook } from '../quota/quota-book.ts'
import { createQuotaMemory } from '../quota/quota-memory.ts'
import type { TokenEstimates } from '../quota/token-estimates.ts'
import type { Rooms } from '../rooms.ts'
import type { Settings } from '../settings/settings.ts'
import type { Store } from '../store.ts'
import { later, wait } from '../timers.ts'
import { preferredWay } from '../ways/key-ways.ts'
import { openWays } from '../ways/open-ways.ts'
import { watchWays } from '../ways/watch-ways.ts'
import type { WayChecker } from '../ways/way-checker.ts'
import type { Ways } from '../ways/ways.ts'
import type { FreeQuestions } from './free-questions.ts'
import { type OwnRecords, ownRecords } from './own-records.ts'

/** One of Google's services, and all that the gateway has of it: its keys, what they may spend, and the way there. */
export interface Service {
  readonly name: UpstreamName
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
  readonly name: UpstreamName
  readonly questions: FreeQuestions
  /** Of a service that has no list of models; else its keys are asked. */
  catalogueOf?(pool: Pool): ModelCatalogue
  /** To load from; what is new goes to the store. */
  readonly saved: OwnRecords
  readonly rooms: Rooms
  readonly settings: Settings
  readonly store: Pick<Store, 'keys' | 'meters' | 'documents'>
  readonly keyring: Keyring
  readonly ring: KeyRing
  readonly redactor: Redactor
  readonly log: Log
  /** Of every service: a model counts tokens in the same way wherever it is asked. */
  readonly tokens: TokenEstimates
  /** The strategy that the settings name, for the pool of this context. */
  strategyFor(context: StrategyContext): KeyStrategy
}

const now = Date.now
const { random } = Math
const elapsed = () => performance.now()

/** Takes up the keyring's keys that are for this service, and from then on every change of them. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { name, rooms, settings, keyring, ring, redactor, log, tokens, questions } = options
  const { baseUrl, headers } = settings.upstream[name]
  const records = ownRecords(options.store, name)
  const learned = ownRecords(options.saved, name)
  const warn = (message: string, fields: Record<string, unknown>) => log.warn(fields, message)
  const keyMemory = createKeyMemory({ records: records.keys, warn })
  const quotas = await openQuotaBook(settings, learned, name)
  const quotaMemory = createQuotaMemory({
    records: records.meters,
    takeChanges: () => quotas.takeChanges(now()),
    warn,
  })
  const strategy = options.strategyFor({
    now,
    random,
    slack: (key, call) => pool.slack(key, call),
    inFlight: (key) => pool.inFlight(key),
  })
  const saved = await learned.keys.load()
  // From here to `watch` nothing waits: a key that came meanwhile would be missed.
  const own = [...keyring.keys.values()].filter(({ upstream }) => upstream === name)
  const pool = createPool({
    keys: own.map(toKey),
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
  for (const key of own) {
    if (key.disabledSince !== undefined) pool.membership.set(toKey(key), key.disabledSince)
  }
  keyring.watch(pool.membership, name)
  const breakers = createBreakers({ now: elapsed, wait })
  const ways = openWays(rooms, settings, ring.proxies, random)
  keyring.watch({ set() {}, drop() {}, goesBy: ways.assign })
  const upstream = createUpstream({
    wayOf: (key) => ways.only ?? preferredWay(ways, breakers, key),
    baseUrl,
    headers,
    silenceMilliseconds: settings.upstream.timeoutSeconds * 1000,
    authorize: ring.authorize,
  })
  const probe = createProbe({
    upstream,
    questions,
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
  const catalogue =
    options.catalogueOf?.(pool) ??
    createModelCatalogue({
      documents: options.store.documents,
      sample: (count) => sampleProjects(pool.usable({ model: undefined }), count),
      fetchPage: probe.fetchModels,
      now,
      warn: (fields, message) => log.warn(fields, message),
    })
  const { authorize } = ring
  const watch = watchWays({
    baseUrl,
    path: questions.wayPath,
    headers,
    settings,
    ways,
    breakers,
    pool,
    redactor,
    log,
    now,
    later,
    authorize,
  })
  const loop = {
    service: name,
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
    name,
    pool,
    quotas,
    catalogue,
    tester: createKeyTester({ upstream, questions, redactor, elapsed }),
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
    },
  }
}
