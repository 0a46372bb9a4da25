import type { Meter } from './meter.ts'

/** A project with a number that no other has at the same time; a project that is gone leaves it to a later one. */
export interface NumberedProject {
  readonly name: string
  /** From 0, no higher than projects there are. */
  readonly number: number
}

/** The meters of one model. */
export interface ModelMeters {
  readonly byName: ReadonlyMap<string, Meter>
  /** As `byName.get`, and faster in a large pool. */
  find(project: NumberedProject): Meter | undefined
  add(meter: Meter): void
  drop(meter: Meter): void
}

/** Meters stand on shelves of so many: a model that few projects serve takes little. */
const SHELF_BITS = 8
const PLACE = (1 << SHELF_BITS) - 1

/** No meters. */
export function createModelMeters(): ModelMeters {
  const byName = new Map<string, Meter>()
  const shelves: (Meter | undefined)[][] = []

  /** A name's way through a map of a hundred thousand leads over many places of memory, this one over two. */
  function find(project: NumberedProject): Meter | undefined {
    const meter = shelves[project.number >> SHELF_BITS]?.[project.number & PLACE]
    // What stands there may be another's, who had the number before.
    return meter?.holder === project ? meter : shelve(project)
  }

  function shelve(project: NumberedProject): Meter | undefined {
    const meter = byName.get(project.name)
    if (meter === undefined) return undefined
    meter.holder = project
    const shelf = shelves[project.number >> SHELF_BITS] ?? []
    shelf[project.number & PLACE] = meter
    shelves[project.number >> SHELF_BITS] = shelf
    return meter
  }

  return {
    byName,
    find,
    add: (meter) => void byName.set(meter.project, meter),
    drop(meter) {
      byName.delete(meter.project)
      meter.holder = undefined
    },
  }
}
