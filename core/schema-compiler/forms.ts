import { type About, isSilent, joinAbout, writeAbout } from './about.ts'
import type { JsonObject } from './json-object.ts'
import type { Coercion } from './values.ts'

/** One node of Google's `Schema`, still without its description. */
export interface Form {
  readonly about: About
  readonly keywords: JsonObject
  readonly coercion?: Coercion
}

/** What a shape becomes where each node has a single type: forms, of which one must match, and perhaps null. */
export interface Forms {
  readonly forms: readonly Form[]
  readonly isNullable: boolean
  /** Sentences that belong to no single form. */
  readonly says: readonly string[]
}

type Coercions = Map<JsonObject, Coercion>

/** Forms under a description. More than one form becomes one form that has them inside. */
export function describedForms(about: About, inner: Forms, coercions: Coercions): Forms {
  const { forms, isNullable, says } = inner
  const outer: About = { ...about, says: [...about.says, ...says] }
  if (isSilent(outer)) return inner
  const [only, another] = forms
  if (only === undefined) return { ...inner, says: textsOf(outer) }
  if (another === undefined)
    return { forms: [{ ...only, about: joinAbout(outer, only.about) }], isNullable, says: [] }
  return { forms: [{ about: outer, keywords: union(inner, coercions) }], isNullable: false, says: [] }
}

function textsOf({ title, description, says }: About): string[] {
  return [title, description, ...says].filter((text) => text !== undefined)
}

/** All forms of several shapes, each form once. */
export function joinForms(all: readonly Forms[]): Forms {
  const forms = new Map<string, Form>()
  for (const form of all.flatMap((one) => one.forms)) {
    const key = JSON.stringify([form.about, form.keywords])
    if (!forms.has(key)) forms.set(key, form)
  }
  return {
    forms: [...forms.values()],
    isNullable: all.some((one) => one.isNullable),
    says: all.flatMap((one) => one.says),
  }
}

/** The finished node. */
export function nodeOf(all: Forms, coercions: Coercions): JsonObject {
  const [only, another] = all.forms
  const about = { says: all.says }
  if (only === undefined) return { type: 'NULL', ...writeAbout(about) }
  if (another !== undefined) return { ...writeAbout(about), ...union(all, coercions) }
  const node = build(only, coercions, about)
  return all.isNullable ? nullable(node, coercions) : node
}

function union({ forms, isNullable }: Forms, coercions: Coercions): JsonObject {
  return {
    ...(isNullable ? { nullable: true } : {}),
    anyOf: forms.map((form) => build(form, coercions, { says: [] })),
  }
}

function build({ about, keywords, coercion }: Form, coercions: Coercions, outer: About): JsonObject {
  const { type, ...others } = keywords
  const node = {
    ...(type === undefined ? {} : { type }),
    ...writeAbout(joinAbout(outer, about)),
    ...others,
  }
  if (coercion !== undefined) coercions.set(node, coercion)
  return node
}

function nullable(node: JsonObject, coercions: Coercions): JsonObject {
  const made = { ...node, nullable: true }
  const coercion = coercions.get(node)
  if (coercion !== undefined) coercions.set(made, coercion)
  return made
}
