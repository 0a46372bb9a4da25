import { allProperties, type Objects } from './objects.ts'
import { resolve } from './resolve.ts'
import type { Core, Shape } from './shape.ts'

/** For some objects, the names of required properties. */
export type RequiredNames = ReadonlyMap<Objects, ReadonlySet<string>>

/** A definition leads to another through places that cannot be left out. */
interface Edge {
  readonly from: Core
  readonly to: Core
  /** The required property nearest to the reference; undefined: there is none on the way. */
  readonly owner?: { readonly objects: Objects; readonly name: string }
}

/**
 * The required properties that lead back to where they stand. Google unrolls a cycle a few times, so it
 * refuses one that can never be left out: https://ai.google.dev/api/generate-content
 */
export function requiredCycles(root: Shape): RequiredNames {
  const found = new Map<Objects, Set<string>>()
  const edges = edgesFrom(root.core)
  const inside = onCycles(edges)
  const rest = soften(edges, (edge) => inside.has(edge.from) && inside.has(edge.to), found)
  const leading = withoutEnds(rest, 'to', 'from')
  soften(rest, (edge) => leading.has(edge.to), found)
  return found
}

/** Marks the owners of the chosen edges; gives back the edges that are left. */
function soften(edges: readonly Edge[], isChosen: (edge: Edge) => boolean, found: Map<Objects, Set<string>>) {
  return edges.filter((edge) => {
    if (edge.owner === undefined || !isChosen(edge)) return true
    const names = found.get(edge.owner.objects) ?? new Set()
    found.set(edge.owner.objects, names.add(edge.owner.name))
    return false
  })
}

/** The definitions on a cycle, or on a way between two. */
function onCycles(edges: readonly Edge[]): ReadonlySet<Core> {
  const leading = withoutEnds(edges, 'to', 'from')
  const inner = edges.filter((edge) => leading.has(edge.from) && leading.has(edge.to))
  return withoutEnds(inner, 'from', 'to')
}

/** What is left when every definition that has no edge onward is taken away, again and again. */
function withoutEnds(edges: readonly Edge[], onward: 'from' | 'to', back: 'from' | 'to'): ReadonlySet<Core> {
  const left = new Set(edges.flatMap((edge) => [edge.from, edge.to]))
  const count = new Map<Core, number>()
  const arriving = new Map<Core, Edge[]>()
  for (const edge of edges) {
    count.set(edge[back], (count.get(edge[back]) ?? 0) + 1)
    const known = arriving.get(edge[onward])
    if (known === undefined) arriving.set(edge[onward], [edge])
    else known.push(edge)
  }
  const ends = [...left].filter((core) => !count.has(core))
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
    left.delete(end)
    for (const edge of arriving.get(end) ?? []) {
      const others = (count.get(edge[back]) ?? 0) - 1
      count.set(edge[back], others)
      if (others === 0) ends.push(edge[back])
    }
  }
  return left
}

/** What stands between a definition and a place in it: nothing, a required property, or an optional one. */
type Way = Edge['owner'] | 'optional'

/** Every edge of the definitions that can be reached from one. */
function edgesFrom(root: Core): readonly Edge[] {
  const edges: Edge[] = []
  const known = new Set<Core>([root])
  const owners = new Map<Objects, Map<string, Edge['owner']>>()
  for (const from of known) walkDefinition(from)
  return edges

  function walkDefinition(from: Core) {
    const seen = new Map<Core, Set<Way>>()
    walk(from, undefined)

    function walk(core: Core, way: Way) {
      if (core.kind === 'reference') return reach(core, way)
      const ways = seen.get(core) ?? new Set()
      if (ways.has(way)) return
      seen.set(core, ways.add(way))
      for (const inner of innerCores(core)) walk(inner, way)
      if (core.kind === 'typed' && core.objects && core.values === undefined)
        walkProperties(core.objects, way)
    }

    function walkProperties(objects: Objects, way: Way) {
      const required = new Set(way === 'optional' ? [] : objects.required)
      for (const [name, { core }] of allProperties(objects)) {
        walk(core, required.has(name) ? ownerOf(objects, name) : 'optional')
      }
    }

    function reach(core: Core, way: Way) {
      const to = resolve({ at: '', about: { says: [] }, core }).core
      known.add(to)
      if (way !== 'optional') edges.push({ from, to, ...(way === undefined ? {} : { owner: way }) })
    }
  }

  function ownerOf(objects: Objects, name: string): Edge['owner'] {
    const names = owners.get(objects) ?? new Map<string, Edge['owner']>()
    owners.set(objects, names)
    const owner = names.get(name) ?? { objects, name }
    names.set(name, owner)
    return owner
  }
}

/** The parts of a shape that stand in no property. */
function innerCores(core: Core): readonly Core[] {
  if (core.kind === 'union') return core.members.map((member) => member.core)
  if (core.kind !== 'typed' || core.values !== undefined) return []
  const { arrays, objects } = core
  return [
    ...(arrays?.prefix ?? []),
    ...(arrays?.items ? [arrays.items] : []),
    ...(objects?.additional ? [objects.additional] : []),
    ...(objects?.patterns.map(([, shape]) => shape) ?? []),
  ].map((shape) => shape.core)
}
