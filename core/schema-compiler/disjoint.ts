import { resolve } from './resolve.ts'
import type { Shape, Typed } from './shape.ts'
import { commonTypes } from './type-names.ts'
import { commonValues } from './values.ts'

const MOST_COMPARED = 100

/** True where no value can match two of the shapes, so that "exactly one" need not be said. */
export function areDisjoint(members: readonly Shape[]): boolean {
  if (members.length > MOST_COMPARED) return false
  const cores = members.map((member) => resolve(member).core)
  return cores.every((core, index) =>
    cores
      .slice(index + 1)
      .every((other) => core.kind === 'typed' && other.kind === 'typed' && isApart(core, other)),
  )
}

function isApart(a: Typed, b: Typed): boolean {
  if (commonTypes(a.types, b.types).length === 0) return true
  if (a.values !== undefined && b.values !== undefined) return commonValues(a.values, b.values).length === 0
  return a.types.length === 1 && a.types[0] === 'object' && hasDiscriminator(a, b)
}

/** A property that both need and that has no value in common. */
function hasDiscriminator(a: Typed, b: Typed): boolean {
  return (a.objects?.required ?? []).some((name) => {
    const one = valuesAt(a, name)
    const other = valuesAt(b, name)
    return one !== undefined && other !== undefined && commonValues(one, other).length === 0
  })
}

function valuesAt({ objects }: Typed, name: string): readonly unknown[] | undefined {
  const shape = objects?.required.includes(name) ? objects.properties.get(name) : undefined
  return shape?.core.kind === 'typed' ? shape.core.values : undefined
}
