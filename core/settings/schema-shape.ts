import type { TSchema } from '@sinclair/typebox'

/**
 * A schema as its plain JSON Schema, for code that walks one: `properties` are an object's named fields,
 * `patternProperties` the free ones, `anyOf` the members of a union.
 */
export interface Shape {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: boolean | Shape
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly minItems?: number
  readonly maxItems?: number
  readonly anyOf?: readonly Shape[]
  readonly const?: unknown
  readonly default?: unknown
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
}

/** The plain JSON Schema of a schema: the same object, seen so. */
export function shapeOf(schema: TSchema): Shape {
  return schema as unknown as Shape
}

/** A map, as YAML and JSON make one. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The shapes that a value could be meant for: the members of a union, unions inside it taken apart. */
export function membersOf(shape: Shape): readonly Shape[] {
  return shape.anyOf?.flatMap(membersOf) ?? [shape]
}

/** The shape of an object's field by name, named or free; undefined where it has no such field. */
export function fieldOf(shape: Shape, name: string): Shape | undefined {
  if (shape.properties && Object.hasOwn(shape.properties, name)) return shape.properties[name]
  for (const [pattern, free] of Object.entries(shape.patternProperties ?? {})) {
    if (new RegExp(pattern).test(name)) return free
  }
  if (shape.additionalProperties === true) return {}
  return typeof shape.additionalProperties === 'object' ? shape.additionalProperties : undefined
}

/** The member of a shape that a map or a list is meant for, where just one fits. */
export function memberFor(shape: Shape, value: unknown): Shape | undefined {
  const type = Array.isArray(value) ? 'array' : isMap(value) ? 'object' : typeof value
  const fitting = membersOf(shape).filter((member) => member.type === type)
  return fitting.length === 1 ? fitting[0] : undefined
}

/** Every setting below a shape that is not itself a group of named settings, as dotted paths. */
export function* leavesOf(shape: Shape, path = ''): Generator<readonly [path: string, shape: Shape]> {
  if (!shape.properties) {
    yield [path, shape]
    return
  }
  for (const [name, field] of Object.entries(shape.properties)) yield* leavesOf(field, joinPath(path, name))
}

/** `server` and `port` → `server.port`. */
export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
