import { isSilent } from './about.ts'
import { isJsonObject, type JsonObject, textsOf } from './json-object.ts'
import { within } from './place.ts'
import { asJson } from './sentences.ts'
import type { Core, Shape } from './shape.ts'

const KEYWORDS = ['anyOf', 'oneOf'] as const
const ANNOTATIONS = ['required', 'title', 'description', '$comment', 'type']

/** The unions of a schema: one for `anyOf`, one for `oneOf`. An empty list says nothing. */
export function readUnions(
  source: JsonObject,
  at: string,
  read: (source: unknown, at: string) => Shape,
): readonly Shape[] {
  return KEYWORDS.flatMap((keyword) => {
    const members = membersAt(source, keyword)
    if (members.length === 0 || members.every(isOnlyRequired)) return []
    const place = within(at, keyword)
    const shapes = members.map((member, index) => read(member, within(place, String(index))))
    return [{ at: place, about: { says: [] }, core: toUnion(shapes, keyword === 'oneOf') }]
  })
}

/** The unions whose members only say which properties must be given, as sentences. */
export function groupSentences(source: JsonObject): readonly string[] {
  return KEYWORDS.flatMap((keyword) => {
    const members = membersAt(source, keyword)
    return members.length > 0 && members.every(isOnlyRequired) ? [sayGroups(members, keyword)] : []
  })
}

function membersAt(source: JsonObject, keyword: string): readonly unknown[] {
  const members = source[keyword]
  return Array.isArray(members) ? members : []
}

function isOnlyRequired(member: unknown): boolean {
  if (!isJsonObject(member) || textsOf(member.required).length === 0) return false
  if (member.type !== undefined && String(member.type).toLowerCase() !== 'object') return false
  return Object.keys(member).every((keyword) => ANNOTATIONS.includes(keyword))
}

function sayGroups(members: readonly unknown[], keyword: 'anyOf' | 'oneOf'): string {
  const groups = members.map((member) =>
    textsOf((member as JsonObject).required)
      .map(asJson)
      .join(' with '),
  )
  const many = keyword === 'oneOf' ? 'Give exactly one of' : 'Give at least one of'
  return `${many}: ${[...new Set(groups)].join('; ')}.`
}

/** A union without what adds nothing: unions inside it, forms that allow no value, a single member. */
export function toUnion(members: readonly Shape[], exactlyOne: boolean): Core {
  const flat = members.flatMap((member) => flattened(member, exactlyOne))
  const possible = withoutTwins(flat.filter((member) => member.core.kind !== 'never'))
  if (possible.length === 0) return { kind: 'never' }
  if (possible.every(({ about, core }) => core.kind === 'any' && isSilent(about))) return { kind: 'any' }
  return { kind: 'union', members: possible, exactlyOne: exactlyOne && possible.length > 1 }
}

function flattened(member: Shape, exactlyOne: boolean): readonly Shape[] {
  const { about, core } = member
  const isPlain = core.kind === 'union' && !core.exactlyOne && !exactlyOne && isSilent(about)
  return isPlain ? core.members : [member]
}

/** The same reference twice is one form. */
function withoutTwins(members: readonly Shape[]): readonly Shape[] {
  const seen = new Set<object>()
  return members.filter(({ about, core }) => {
    if (core.kind !== 'reference' || !isSilent(about)) return true
    const isNew = !seen.has(core.target)
    seen.add(core.target)
    return isNew
  })
}
