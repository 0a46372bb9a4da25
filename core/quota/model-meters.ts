import type { Meter } from './meter.ts'

/** A key, as far as meters are looked for by it. */
export interface Spender {
  readonly project: { readonly name: string }
  /** No other project has it at the same time; it is below the most projects there ever were. */
  readonly projectNumber: number
}

/** The meters of one model. */
export interface ModelMeters {
  readonly byName: ReadonlyMap<string, Meter>
  /** As `byName.get`, and faster in a large pool. */
  find(spender: Spender): Meter | undefined
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
  function find(spender: Spender): Meter | undefined {
    const { project, projectNumber } = spender
    const meter = shelves[projectNumber >> SHELF_BITS]?.[projectNumber & PLACE]
    // What stands there may be another's, who had the number before.
    return meter?.holder === project ? meter : shelve(spender)
  }

  function shelve({ project, projectNumber }: Spender): Meter | undefined {
    const meter = byName.get(project.name)
    if (meter === undefined) return undefined
    clearPlace(meter)
    meter.holder = project
    meter.place = projectNumber
    const shelf = shelves[projectNumber >> SHELF_BITS] ?? []
    shelf[projectNumber & PLACE] = meter
    shelves[projectNumber >> SHELF_BITS] = shelf
    return meter
  }

  /** Where it stood nobody else does yet: it would stay in memory. */
  function clearPlace(meter: Meter): void {
    const shelf = shelves[meter.place >> SHELF_BITS]
    if (shelf?.[meter.place & PLACE] === meter) shelf[meter.place & PLACE] = undefined
  }

  return {
    byName,
    find,
    add: (meter) => void byName.set(meter.project, meter),
    drop(meter) {
      byName.delete(meter.project)
      clearPlace(meter)
      meter.holder = undefined
    },
  }
}
