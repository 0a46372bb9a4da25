import { ANY_OBJECT, allProperties } from './objects.ts'
import type { Shape, Typed } from './shape.ts'
import type { Dialect } from './written.ts'

/** The name of the one parameter that holds what is no object by itself. */
const WRAPPER = 'value'

/**
 * What stands for the parameters of a function: an object with the parameters as its properties, made where
 * there is none. undefined: no parameters.
 */
export function toParameters(shape: Shape, dialect: Dialect): Shape | undefined {
  if (shape.core.kind === 'any') return undefined
  const object = asObject(shape)
  if (object === undefined) return wrapper(shape)
  if (saysNothing(object)) return undefined
  const isOpen = object.objects === undefined || allProperties(object.objects).size === 0
  if (isOpen) return dialect === 'openapi' ? wrapper(shape) : { ...shape, core: opened(object, shape.at) }
  return object === shape.core ? shape : { ...shape, core: object }
}

/** What stands for the form of an answer, which may be of any type. undefined: any JSON will do. */
export function toAnswer(shape: Shape, dialect: Dialect): Shape | undefined {
  if (shape.core.kind === 'any') return undefined
  const object = asObject(shape)
  return dialect === 'openapi' && object === shape.core && saysNothing(object) ? undefined : shape
}

/** The root as an object alone; parameters are never null. */
function asObject({ core }: Shape): Typed | undefined {
  if (core.kind !== 'typed' || core.values !== undefined) return undefined
  if (core.types.length === 1) return core.types[0] === 'object' ? core : undefined
  const types = core.types.filter((type) => type !== 'null')
  return types.length === 1 && types[0] === 'object' ? { ...core, types } : undefined
}

/** True for an object that nothing can be put into, or of which nothing is said. */
function saysNothing({ objects }: Typed): boolean {
  if (objects === undefined) return true
  const { required, additional, patterns, sentences, minProperties = 0 } = objects
  if (allProperties(objects).size + patterns.length > 0) return false
  if (additional !== undefined) return additional.core.kind === 'never'
  return required.length + sentences.length + minProperties === 0
}

/** Parameters of any name, said so that they are not taken for none. */
function opened(object: Typed, at: string): Typed {
  const objects = object.objects ?? ANY_OBJECT
  const anything: Shape = { at, about: { says: [] }, core: { kind: 'any' } }
  return { ...object, objects: { ...objects, additional: objects.additional ?? anything } }
}

function wrapper(shape: Shape): Shape {
  return {
    at: shape.at,
    about: { says: [] },
    core: {
      kind: 'typed',
      types: ['object'],
      objects: { properties: new Map([[WRAPPER, shape]]), required: [WRAPPER], patterns: [], sentences: [] },
    },
  }
}

/** True where `main` was made around `shape`. */
export function isWrapper(main: Shape, shape: Shape): boolean {
  return main.core.kind === 'typed' && main.core.objects?.properties.get(WRAPPER) === shape
}

/** The arguments without their wrapper; arguments that the model gave without one are left as they are. */
export function unwrapped(value: unknown): unknown {
  const isWrapped = typeof value === 'object' && value !== null && Object.hasOwn(value, WRAPPER)
  return isWrapped ? (value as Record<string, unknown>)[WRAPPER] : value
}
