import { joinAbout } from './about.ts'
import { meetArrays } from './arrays.ts'
import { loosen } from './loosen.ts'
import { meetNumbers } from './numbers.ts'
import { meetObjects } from './objects.ts'
import { asJson } from './sentences.ts'
import type { Core, Reference, Shape, Typed, Union } from './shape.ts'
import { meetStrings } from './strings.ts'
import { commonTypes } from './type-names.ts'
import { commonValues, valuesOfTypes } from './values.ts'

/** What a meeting needs of the reading that it is part of. */
export interface Meeting {
  /** Counts one step; throws where a schema takes too many. */
  spend(): void
  note(at: string, text: string): void
  /** The target that allows what the reference and the other shape both allow, read when it is needed. */
  targetOfBoth(a: Reference, b: Shape): Reference
}

/** More members than this are not multiplied out where two unions meet. */
const MOST_MEMBERS = 36

/**
 * The shape that allows what both allow, as `allOf` does. What contradicts the first shape is noted and
 * gives way; its properties do not.
 */
export function meet(a: Shape, b: Shape, meeting: Meeting): Shape {
  meeting.spend()
  return { at: a.at, about: joinAbout(a.about, b.about), core: meetCores(a, b, meeting) }
}

function meetCores(a: Shape, b: Shape, meeting: Meeting): Core {
  if (b.core.kind === 'any' || a.core.kind === 'never') return a.core
  if (a.core.kind === 'any' || b.core.kind === 'never') return b.core
  if (a.core.kind === 'reference') return meetReference(a.core, b, meeting)
  if (b.core.kind === 'reference') return meetReference(b.core, a, meeting)
  if (a.core.kind === 'union') return meetUnion(a.core, b, meeting)
  if (b.core.kind === 'union') return meetUnion(b.core, a, meeting)
  return meetTyped(a.core, b.core, a.at, meeting)
}

function meetReference(reference: Reference, other: Shape, meeting: Meeting): Core {
  const isSame = other.core.kind === 'reference' && other.core.target === reference.target
  return isSame ? reference : meeting.targetOfBoth(reference, { ...other, about: { says: [] } })
}

/** A constraint beside a union holds for each member. */
function meetUnion(union: Union, other: Shape, meeting: Meeting): Core {
  const plain = { ...other, about: { says: [] } }
  if (other.core.kind !== 'union') {
    const fitting = union.members.filter((member) => isPossible(member, other))
    if (fitting.length < union.members.length) meeting.note(other.at, 'forms of another type are left out')
    const members = (fitting.length > 0 ? fitting : union.members).map((member) =>
      meet(member, plain, meeting),
    )
    return { ...union, members }
  }
  if (union.members.length * other.core.members.length > MOST_MEMBERS) {
    meeting.note(other.at, 'too many combinations; its forms are taken as one')
    return meetUnion(union, { ...plain, core: loosen(other.core) }, meeting)
  }
  const inner = other.core.members
  return {
    kind: 'union',
    members: union.members.flatMap((member) => inner.map((one) => meet(member, one, meeting))),
    exactlyOne: union.exactlyOne || other.core.exactlyOne,
  }
}

/** A form of another type than what stands beside the union can never be. */
function isPossible({ core }: Shape, { core: other }: Shape): boolean {
  return core.kind !== 'typed' || other.kind !== 'typed' || commonTypes(core.types, other.types).length > 0
}

function meetTyped(a: Typed, b: Typed, at: string, meeting: Meeting): Typed {
  const common = commonTypes(a.types, b.types)
  const types = common.length > 0 ? common : a.types
  if (common.length === 0)
    meeting.note(at, `${a.types} and ${b.types} contradict each other; ${a.types} is kept`)
  const values = meetValues(a, b, at, meeting)
  const fitting = values && valuesOfTypes(values, types)
  return {
    kind: 'typed',
    types,
    ...(fitting === undefined || fitting.length === 0 ? {} : { values: fitting }),
    ...both('numbers', a, b, meetNumbers),
    ...both('strings', a, b, meetStrings),
    ...both('arrays', a, b, (one, other) => meetArrays(one, other, (x, y) => meet(x, y, meeting))),
    ...both('objects', a, b, (one, other) => meetObjects(one, other, (x, y) => meet(x, y, meeting))),
  }
}

function meetValues(a: Typed, b: Typed, at: string, meeting: Meeting): readonly unknown[] | undefined {
  if (a.values === undefined || b.values === undefined) return a.values ?? b.values
  const common = commonValues(a.values, b.values)
  if (common.length > 0) return common
  meeting.note(at, `no value is common to two lists; the first is kept, not ${asJson(b.values)}`)
  return a.values
}

type Family = 'numbers' | 'strings' | 'arrays' | 'objects'

function both<F extends Family>(
  family: F,
  a: Typed,
  b: Typed,
  join: (a: NonNullable<Typed[F]>, b: NonNullable<Typed[F]>) => NonNullable<Typed[F]>,
): Partial<Pick<Typed, F>> {
  const [one, other] = [a[family], b[family]]
  const joined =
    one && other ? join(one as NonNullable<Typed[F]>, other as NonNullable<Typed[F]>) : (one ?? other)
  return (joined === undefined ? {} : { [family]: joined }) as Partial<Pick<Typed, F>>
}
