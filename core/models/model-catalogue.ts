import { REACH_GOOGLE } from '../call/refusal.ts'
import type { Model } from '../canonical.ts'
import { GatewayError, isGatewayError } from '../errors.ts'
import type { Key } from '../keys.ts'
import type { Store } from '../store.ts'
import { fetchModelList } from './model-list.ts'
import { createModelUnion } from './model-union.ts'

/** What models there are, and which projects see them. */
export interface ModelCatalogue {
  /**
   * Every model that a project asked lately can see, in Google's order. Answers from the kept copy where there
   * is one. Rejects with a GatewayError when no list was ever learned: `no_available_keys` without a key to ask
   * with, else what Google's answer came to.
   */
  models(): Promise<readonly Model[]>
  /** The projects known to see a model, by its name with or without `models/`; empty before the first list. */
  seenBy(model: string): readonly string[]
  /** What is still being asked is not learned any more. */
  close(): void
}

export interface ModelCatalogueOptions {
  readonly documents: Store['documents']
  /** Up to `count` usable keys of distinct projects. */
  sample(count: number): readonly Key[]
  /** One page of Google's ListModels; `query` begins with `?`. Rejects on failure. */
  fetchPage(key: Key, query: string): Promise<unknown>
  /** Milliseconds since 1970. */
  now(): number
  warn(fields: object, message: string): void
}

const FIRST_PROJECTS = 3
const FIRST_ROUNDS = 6
const PROJECTS_AN_HOUR = 8
const HOUR = 3_600_000
const SCOPE = 'core'
const DOCUMENT = 'models'

/** A catalogue that asks Google only when it is asked itself, and a bounded number of projects an hour. */
export function createModelCatalogue(options: ModelCatalogueOptions): ModelCatalogue {
  const { documents, sample, fetchPage, now, warn } = options
  const union = createModelUnion()
  let closed = false
  let askedAt = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | undefined
  let learning: Promise<void> | undefined

  async function load(): Promise<void> {
    try {
      union.restore(await documents.get(SCOPE, DOCUMENT))
      askedAt = union.newest()
    } catch (error) {
      warn({ error }, 'The kept model list could not be read')
    }
  }

  /** One round of questions at a time; rejects when no project gave a list. */
  function learn(count: number): Promise<void> {
    learning ??= askProjects(count).finally(() => {
      learning = undefined
    })
    return learning
  }

  async function askProjects(count: number): Promise<void> {
    askedAt = now()
    const keys = sample(count)
    const lists = await Promise.allSettled(
      keys.map((key) => fetchModelList((query) => fetchPage(key, query))),
    )
    if (closed) return
    for (const [index, list] of lists.entries()) {
      if (list.status === 'fulfilled') union.learn(keys[index]!.project, list.value, now())
    }
    if (!lists.some((list) => list.status === 'fulfilled')) throw toFailure(lists)
    await documents.put(SCOPE, DOCUMENT, union.toDocument()).catch((error) => {
      warn({ error }, 'The model list could not be kept')
    })
  }

  /** Other projects are asked, more each time, where Google refused the keys of those before. */
  async function learnFirst(): Promise<void> {
    for (let round = 1; ; round++) {
      try {
        return await learn(FIRST_PROJECTS * 2 ** (round - 1))
      } catch (error) {
        if (round === FIRST_ROUNDS || !isGatewayError(error) || error.kind !== 'no_available_keys')
          throw error
      }
    }
  }

  function refresh(): void {
    if (closed || now() - askedAt < HOUR) return
    learn(PROJECTS_AN_HOUR).catch((error) => {
      warn({ error }, 'The model list could not be refreshed; the last good one is served')
    })
  }

  return {
    async models() {
      loading ??= load()
      await loading
      if (union.models().length === 0) await learnFirst()
      else refresh()
      return union.models()
    },
    seenBy: (model) => union.seenBy(model),
    close() {
      closed = true
    },
  }
}

function toFailure(lists: readonly PromiseSettledResult<unknown>[]): GatewayError {
  const reasons = lists.flatMap((list) => (list.status === 'rejected' ? [list.reason] : []))
  if (reasons.length === 0) {
    return new GatewayError('no_available_keys', 'No usable key is left to ask Google for its models')
  }
  const told = reasons.find(isGatewayError)
  return (
    told ??
    new GatewayError('bad_upstream', `Google gave no usable list of models: ${REACH_GOOGLE}`, {
      cause: reasons[0],
    })
  )
}
