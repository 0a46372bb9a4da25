import { createHash } from 'node:crypto'
import type { Model } from '../../core/canonical.ts'
import { type CallLog, createCallLog } from './calls.ts'
import { createModels } from './models.ts'
import { createQuota, type Quota, type QuotaLimits } from './quota.ts'
import { type Recording, readRecordings } from './recordings.ts'
import { BASIC_SCHEMAS, type RequestSchemas, readStrictSchemas } from './request-schemas.ts'
import { createScripts, type Scripts } from './scripts.ts'
import { createShelf, type Shelf } from './shelf.ts'
import type { Upload } from './uploads.ts'
import { withVertexWords } from './vertex.ts'

/** A key that is accepted; a plain text is one whose project is its own and sees every model. */
export interface SimulatedKey {
  readonly key: string
  /** The project number, without `projects/`. */
  readonly project?: string
  /** Model ids that its project may not use. */
  readonly hides?: readonly string[]
}

/** What the simulation is made of. */
export interface GoogleOptions {
  readonly keys?: readonly (string | SimulatedKey)[]
  readonly vertexKeys?: readonly string[]
  readonly anyKey?: boolean
  readonly models?: readonly string[]
  readonly dataFolder?: string
  readonly minuteSeconds?: number
  readonly now?: () => number
  /** How long a file lasts, in hours; 48 where absent. */
  readonly fileHours?: number
  /** How long each piece of an upload takes, in milliseconds; none where absent. */
  readonly uploadPauseMilliseconds?: number
  /** How long Google looks through a video before it may be used, in milliseconds; not at all where absent. */
  readonly processingMilliseconds?: number
  /** Names another host in the addresses of uploads, as Google never does. */
  readonly uploadHost?: string
}

/** Everything the simulation knows. */
export interface Google {
  readonly keys: readonly string[]
  /** Keys of Vertex AI in express mode. */
  readonly vertexKeys: readonly string[]
  readonly models: ReadonlyMap<string, Model>
  readonly scripts: Scripts
  readonly quota: Quota
  readonly log: CallLog
  readonly schemas: RequestSchemas
  readonly recordings: readonly Recording[]
  /** What projects have made. */
  readonly shelf: Shelf
  /** By `upload_id`. */
  readonly uploads: Map<string, Upload>
  readonly uploadPauseMilliseconds: number
  readonly processingMilliseconds: number
  readonly uploadHost: string | undefined
  readonly fileHours: number
  readonly now: () => number
  accepts(key: string): boolean
  projectOf(key: string): string
  hides(key: string, model: string): boolean
  limit(limits: KeyQuotaLimits): void
  /** Adds to the scripts; throws on a recording that there is not. */
  script: Scripts['add']
  /** A new number for each generation. */
  next(): number
  /** Forgets scripts, quotas and calls. */
  reset(): void
}

/** Both of Google's services: the Gemini API itself, and what of it is another at Vertex. */
export interface WholeGoogle extends Google {
  /** Other keys, other quotas. */
  readonly atVertex: Google
}

/** Limits that may also name the key whose project is meant. */
export interface KeyQuotaLimits extends QuotaLimits {
  readonly key?: string
}

/** Keys that are accepted where none are given; they open nothing at the real Google. */
export const DEMO_KEYS: readonly string[] = [
  'AQ.Simulated-Google-Demo-Key_0000000000000000000000001',
  'AQ.Simulated-Google-Demo-Key_0000000000000000000000002',
  'AIzaSimulated-Google-Demo-Key-000000003',
]

/** The same for Vertex AI in express mode. */
export const DEMO_VERTEX_KEYS: readonly string[] = [
  'AQ.Simulated-Vertex-Express-Demo-Key_00000000000000000001',
]

/** A fresh simulation; reads the data folder where one is given. */
export function createGoogle(options: GoogleOptions): WholeGoogle {
  const { now = Date.now, minuteSeconds = 60, anyKey = false, dataFolder } = options
  const known = new Map((options.keys ?? DEMO_KEYS).map(toSimulatedKey).map((entry) => [entry.key, entry]))
  const scripts = createScripts()
  const quota = createQuota({ now, minuteSeconds })
  const log = createCallLog()
  const shelf = createShelf(now)
  const uploads = new Map<string, Upload>()
  const projectOf = (key: string) => known.get(key)?.project ?? projectNumber(key)
  const recordings = dataFolder ? readRecordings(dataFolder) : []
  const recorded = new Set(recordings.map(({ name }) => name))
  let generations = 0
  const vertexKeys = options.vertexKeys ?? (options.keys ? [] : DEMO_VERTEX_KEYS)
  const vertexQuota = createQuota({ now, minuteSeconds })
  const gemini: Google = {
    keys: [...known.keys()],
    vertexKeys,
    models: createModels(options.models),
    scripts,
    quota,
    log,
    schemas: dataFolder ? readStrictSchemas(dataFolder) : BASIC_SCHEMAS,
    recordings,
    shelf,
    uploads,
    uploadPauseMilliseconds: options.uploadPauseMilliseconds ?? 0,
    processingMilliseconds: options.processingMilliseconds ?? 0,
    uploadHost: options.uploadHost,
    fileHours: options.fileHours ?? 48,
    now,
    script: (key, behaviours, filter) => {
      const missing = [behaviours].flat().find((item) => item.kind === 'recorded' && !recorded.has(item.name))
      if (missing) throw new Error(`There is no such recording: ${JSON.stringify(missing)}`)
      scripts.add(key, behaviours, filter)
    },
    accepts: (key) => anyKey || known.has(key) || (scripts.knows(key) && !vertexKeys.includes(key)),
    projectOf,
    hides: (key, model) => known.get(key)?.hides?.includes(model) ?? false,
    limit({ key, ...limits }) {
      const own = key === undefined ? limits : { ...limits, project: projectOf(key) }
      if (key === undefined || !vertexKeys.includes(key)) quota.limit(own)
      if (key === undefined || vertexKeys.includes(key)) vertexQuota.limit(own)
    },
    next: () => ++generations,
    reset: () => {
      for (const part of [scripts, quota, vertexQuota, log, shelf, uploads]) part.clear()
    },
  }
  const atVertex: Google = {
    ...gemini,
    quota: withVertexWords(vertexQuota),
    accepts: (key) => anyKey || vertexKeys.includes(key) || (scripts.knows(key) && !known.has(key)),
  }
  return { ...gemini, atVertex }
}

function toSimulatedKey(entry: string | SimulatedKey): SimulatedKey {
  return typeof entry === 'string' ? { key: entry } : entry
}

/** Twelve digits, always the same for a key. */
function projectNumber(key: string): string {
  const number = createHash('sha256').update(key).digest().readUIntBE(0, 5)
  return String(100_000_000_000 + (number % 900_000_000_000))
}
