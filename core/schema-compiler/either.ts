import type { Shape } from './shape.ts'

/** The union of two shapes. */
export function either(a: Shape, b: Shape): Shape {
  if (a === b) return a
  return { at: a.at, about: { says: [] }, core: { kind: 'union', members: [a, b], exactlyOne: false } }
}
