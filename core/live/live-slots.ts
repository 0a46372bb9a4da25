import { ruleOf } from '../fault.ts'
import type { Lease } from '../pool/lease.ts'
import type { Pool } from '../pool/pool.ts'

/** How many Live sessions each project has open, and may have. */
export interface LiveSlots {
  /** As the pool, but that a key is lent only where its project has a free slot, which is taken until the lease ends. */
  readonly pool: Pool
  /** Whether some project has no free slot now. */
  isAnyFull(): boolean
}

export interface LiveSlotsOptions {
  readonly pool: Pool
  /** Sessions that every project may have at once; 0 where only Google's refusals tell. */
  readonly perProject: number
  readonly now: () => number
}

/** How long a number of sessions that Google has refused to pass counts as the most, in milliseconds. */
const LEARNED_FOR = 10 * 60_000

/** Slots of which none is taken. */
export function createLiveSlots({ pool, perProject, now }: LiveSlotsOptions): LiveSlots {
  const taken = new Map<string, number>()
  const learned = new Map<string, { readonly most: number; readonly until: number }>()

  function mostOf(project: string): number {
    const stated = perProject > 0 ? perProject : Number.POSITIVE_INFINITY
    const found = learned.get(project)
    if (found !== undefined && found.until <= now()) learned.delete(project)
    return Math.min(stated, learned.get(project)?.most ?? stated)
  }

  function fullProjects(): string[] {
    return [...taken].filter(([project, count]) => count >= mostOf(project)).map(([project]) => project)
  }

  function put(project: string, count: number): void {
    if (count > 0) taken.set(project, count)
    else taken.delete(project)
  }

  function occupy(lease: Lease): Lease {
    const { project } = lease.key
    put(project, (taken.get(project) ?? 0) + 1)
    let isOver = false
    const free = () => {
      if (!isOver) put(project, (taken.get(project) ?? 1) - 1)
      isOver = true
    }
    return {
      key: lease.key,
      settle(outcome) {
        if (!outcome.ok) {
          const wasOpen = isOver
          free()
          const others = taken.get(project) ?? 0
          // The limit may be one of sessions where some are open; else it is one of calls, which the pool knows.
          if (!wasOpen && others > 0 && ruleOf(outcome).charge === 'project-and-model')
            learned.set(project, { most: others, until: now() + LEARNED_FOR })
        }
        lease.settle(outcome)
      },
      ended(usage) {
        free()
        lease.ended(usage)
      },
    }
  }

  return {
    pool: {
      ...pool,
      get total() {
        return pool.total
      },
      take(query, tried, passed = new Set()) {
        const lease = pool.take(query, tried, new Set([...passed, ...fullProjects()]))
        return lease && occupy(lease)
      },
    },
    isAnyFull: () => fullProjects().length > 0,
  }
}
