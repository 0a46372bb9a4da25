import { joinAbout } from './about.ts'
import type { Shape, Target } from './shape.ts'

/** The shape behind a reference, and behind that one's; a circle of bare references allows anything. */
export function resolve(shape: Shape): Shape {
  const seen = new Set<Target>()
  let found = shape
  while (found.core.kind === 'reference') {
    const { target } = found.core
    if (seen.has(target)) return { ...found, core: { kind: 'any' } }
    seen.add(target)
    const next = target.read()
    found = { ...next, about: joinAbout(found.about, next.about) }
  }
  return found
}
