import { UPSTREAMS, type UpstreamName } from '../keys.ts'
import type { PoolSnapshot } from '../pool/pool-snapshot.ts'
import type { Settings } from '../settings/settings.ts'
import { vertexCatalogue } from '../vertex/vertex-models.ts'
import { vertexQuestions } from '../vertex/vertex-questions.ts'
import { type FreeQuestions, GEMINI_QUESTIONS } from './free-questions.ts'
import { openService, type Service, type ServiceOptions } from './open-service.ts'
import type { OwnRecords } from './own-records.ts'

/** Google's services, each with keys of its own. */
export type Services = Readonly<Record<UpstreamName, Service>>

/** Opens them all; one without keys costs nothing. */
export async function openServices(
  options: Omit<ServiceOptions, 'name' | 'questions' | 'catalogueOf' | 'saved'>,
): Promise<Services> {
  const { vertex } = options.settings.upstream
  const shared = { ...options, saved: await readOnce(options.store) }
  const questions = questionsOf(options.settings)
  return {
    gemini: await openService({ ...shared, name: 'gemini', questions: questions.gemini }),
    vertex: await openService({
      ...shared,
      name: 'vertex',
      questions: questions.vertex,
      catalogueOf: (pool) => vertexCatalogue(vertex, () => pool.total > 0),
    }),
  }
}

/** What each of them may be asked without a cost. */
export function questionsOf({ upstream }: Pick<Settings, 'upstream'>): Record<UpstreamName, FreeQuestions> {
  return { gemini: GEMINI_QUESTIONS, vertex: vertexQuestions(upstream.vertex) }
}

/** All of them, the Gemini API first. */
export function allOf<T>(services: Readonly<Record<UpstreamName, T>>): T[] {
  return UPSTREAMS.map((name) => services[name])
}

/** The keys of several pools at one moment, as those of one. */
export function joinSnapshots(snapshots: readonly PoolSnapshot[]): PoolSnapshot {
  const first = <T>(ask: (snapshot: PoolSnapshot) => T | undefined): T | undefined => {
    for (const snapshot of snapshots) {
      const found = ask(snapshot)
      if (found !== undefined) return found
    }
    return undefined
  }
  return {
    glance: (id) => first((snapshot) => snapshot.glance(id)),
    view: (id) => first((snapshot) => snapshot.view(id)),
    of: (model) => joinSnapshots(snapshots.map((snapshot) => snapshot.of(model))),
  }
}

/** What was learned is read once, whoever it is of: of many projects that takes a while. */
async function readOnce({ keys, meters }: OwnRecords): Promise<OwnRecords> {
  const [learned, spent] = [await keys.load(), await meters.load()]
  return {
    keys: { load: async () => learned, save: (changes) => keys.save(changes) },
    meters: { load: async () => spent, save: (changes) => meters.save(changes) },
  }
}
