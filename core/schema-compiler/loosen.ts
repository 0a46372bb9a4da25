import { either } from './either.ts'
import { ANY_OBJECT, allProperties, joinProperties, type Objects } from './objects.ts'
import { resolve } from './resolve.ts'
import type { Core, Shape, Typed, Union } from './shape.ts'
import { uniqueTypes } from './type-names.ts'

/** One shape for all forms of a union: it has every property that any of them has, and allows at least as much. */
export function loosen(union: Union): Core {
  const cores = union.members.map((member) => looseCore(resolve(member)))
  const typed = cores.filter((core) => core.kind === 'typed')
  if (typed.length < cores.length || typed.length === 0) return { kind: 'any' }
  const objects = typed.flatMap((core) => core.objects ?? [])
  const items = typed.flatMap(itemsOf)
  return {
    kind: 'typed',
    types: uniqueTypes(typed.flatMap((core) => core.types)),
    ...(objects.length === 0 ? {} : { objects: objects.reduce(looseObjects) }),
    ...(items.length === 0
      ? {}
      : { arrays: { prefix: [], items: items.reduce(either), isUnique: false, sentences: [] } }),
  }
}

function looseCore({ core }: Shape): Core {
  return core.kind === 'union' ? loosen(core) : core
}

function itemsOf({ arrays }: Typed): readonly Shape[] {
  return arrays === undefined ? [] : [...arrays.prefix, ...(arrays.items === undefined ? [] : [arrays.items])]
}

function looseObjects(a: Objects, b: Objects): Objects {
  return {
    ...ANY_OBJECT,
    properties: joinProperties(allProperties(a), allProperties(b), either),
    required: a.required.filter((name) => b.required.includes(name)),
    patterns: [...a.patterns, ...b.patterns],
  }
}
