import { isSilent } from './about.ts'
import type { Target } from './shape.ts'

interface Definition {
  readonly name: string
  readonly target: Target
}

/** The definitions that references of one document lead to, each written once. */
export interface Definitions {
  /** `#/$defs/Name`, or `#`; undefined for a circle of bare references. */
  pointerTo(target: Target): string | undefined
  /** A definition that is still to be written; undefined: none is left. */
  next(): Definition | undefined
}

/** `root` is the source of the schema that `#` stands for, where there is one. */
export function createDefinitions(root: object | undefined): Definitions {
  const names = new Map<Target, string>()
  const taken = new Set<string>()
  const waiting: Definition[] = []
  return {
    pointerTo(alias) {
      const target = finalTarget(alias)
      if (target === undefined) return undefined
      if (root !== undefined && target.parts.length === 1 && target.parts[0] === root) return '#'
      return `#/$defs/${nameOf(target)}`
    },
    next: () => waiting.shift(),
  }

  function nameOf(target: Target): string {
    const known = names.get(target)
    if (known !== undefined) return known
    const name = freeName(target.name.replaceAll(/[^\w.-]/g, '_') || 'schema')
    names.set(target, name)
    taken.add(name)
    waiting.push({ name, target })
    return name
  }

  function freeName(wanted: string): string {
    let name = wanted
    for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`
    return name
  }
}

/** What a chain of bare references ends at; undefined for a circle. */
export function finalTarget(alias: Target): Target | undefined {
  const seen = new Set<Target>()
  for (let target = alias; !seen.has(target); ) {
    seen.add(target)
    const { core, about } = target.read()
    if (core.kind !== 'reference' || !isSilent(about)) return target
    target = core.target
  }
  return undefined
}
