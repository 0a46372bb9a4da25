import type { About } from './about.ts'
import type { Arrays } from './arrays.ts'
import type { Numbers } from './numbers.ts'
import type { Objects } from './objects.ts'
import type { Strings } from './strings.ts'
import type { TypeName } from './type-names.ts'

/**
 * What a schema means, whatever dialect it was written in: read from the client's schema, written as
 * either of Gemini's dialects. Never changed once made.
 */
export interface Shape {
  /** Where it stands in the client's schema, such as `properties.port`; '' is the root. */
  readonly at: string
  readonly about: About
  readonly core: Core
}

export type Core = Anything | Nothing | Reference | Union | Typed

/** Every value. */
interface Anything {
  readonly kind: 'any'
}

/** No value at all. */
interface Nothing {
  readonly kind: 'never'
}

export interface Reference {
  readonly kind: 'reference'
  readonly target: Target
}

/** What a reference leads to. It is read when it is needed, so that recursion ends. */
export interface Target {
  /** A legal name for a definition; not yet unique. */
  readonly name: string
  /** What a meeting of targets is made of; of any other target, itself. */
  readonly parts: readonly object[]
  read(): Shape
}

export interface Union {
  readonly kind: 'union'
  readonly members: readonly Shape[]
  /** True for `oneOf`. */
  readonly exactlyOne: boolean
}

/** Values of some types, each with the constraints that JSON Schema knows for its type. */
export interface Typed {
  readonly kind: 'typed'
  /** In the order of the source; at least one, and never both `number` and `integer`. */
  readonly types: readonly TypeName[]
  /** The only values allowed, each of one of the types; at least one. */
  readonly values?: readonly unknown[]
  readonly numbers?: Numbers
  readonly strings?: Strings
  readonly arrays?: Arrays
  readonly objects?: Objects
}

/** The same shape without its title, description and sentences. */
export function withoutAbout(shape: Shape): Shape {
  return { ...shape, about: { says: [] } }
}
