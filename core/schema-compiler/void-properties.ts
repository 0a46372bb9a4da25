import { allProperties } from './objects.ts'
import { asJson } from './sentences.ts'
import type { Shape, Typed } from './shape.ts'
import type { Writing } from './writing.ts'

/** Notes the properties of what can be no object, or is one of a few values: they have no place to go. */
export function voidProperties({ at }: Shape, { types, values, objects }: Typed, writing: Writing) {
  const names = objects === undefined ? [] : [...allProperties(objects).keys()]
  if (names.length === 0 || (types.includes('object') && values === undefined)) return
  writing.note(at, `properties ${names.map(asJson).join(', ')} mean nothing for ${types.join(' or ')}`)
}
