import { isJsonObject, type JsonObject } from './json-object.ts'
import { holdsType, toTypeName, typeOfValue } from './type-names.ts'
import type { Coercion } from './values.ts'

/**
 * Takes a value that a model made for a written schema back to what the client's schema means: texts that
 * stand for something else become that. What does not fit the schema is left as it is.
 */
export function restoreValue(
  value: unknown,
  root: JsonObject,
  coercions: ReadonlyMap<JsonObject, Coercion>,
): unknown {
  return coercions.size === 0 ? value : restore(value, root)

  function restore(value: unknown, node: unknown): unknown {
    const forms = formsOf(node, root)
    if (typeof value === 'string') return restoreText(value, forms)
    const form = forms.find((one) => fits(value, one))
    if (form === undefined) return value
    if (Array.isArray(value)) return value.map((item, index) => restore(item, itemNode(form, index)))
    if (!isJsonObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, restore(one, propertyNode(form, name))]),
    )
  }

  /** A text that stands for something else in one of the forms does so, whatever the other forms are. */
  function restoreText(text: string, forms: readonly JsonObject[]): unknown {
    for (const form of forms) {
      const meaning = coercions.get(form)?.(text)
      if (meaning !== undefined) return meaning.value
    }
    return text
  }
}

/** The nodes that a value may match: behind references, and inside unions. */
function formsOf(node: unknown, root: JsonObject): readonly JsonObject[] {
  const seen = new Set<unknown>([node])
  const forms: JsonObject[] = []
  for (const one of seen) {
    if (!isJsonObject(one)) continue
    if (typeof one.$ref === 'string') seen.add(followed(one.$ref, root))
    else if (Array.isArray(one.anyOf)) for (const member of one.anyOf) seen.add(member)
    else forms.push(one)
  }
  return forms
}

function followed(pointer: string, root: JsonObject): unknown {
  const definitions = root.$defs
  const name = pointer.slice('#/$defs/'.length)
  if (pointer === '#') return root
  return isJsonObject(definitions) && Object.hasOwn(definitions, name) ? definitions[name] : undefined
}

function itemNode({ prefixItems, items }: JsonObject, index: number): unknown {
  const place = Array.isArray(prefixItems) ? prefixItems[index] : undefined
  return place ?? items
}

function propertyNode({ properties, additionalProperties }: JsonObject, name: string): unknown {
  return isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : additionalProperties
}

/** Whether a value is of a form's type and has what tells the form from others; its inside is not looked at further. */
function fits(value: unknown, node: JsonObject): boolean {
  const types = [node.type].flat().flatMap((type) => toTypeName(type) ?? [])
  if (types.length > 0 && !holdsType(types, typeOfValue(value))) return false
  if (Array.isArray(node.enum) && !node.enum.includes(value)) return false
  return !isJsonObject(value) || hasProperties(value, node)
}

function hasProperties(
  value: JsonObject,
  { properties, required, additionalProperties }: JsonObject,
): boolean {
  const known = isJsonObject(properties) ? properties : {}
  const needed = Array.isArray(required) ? required : []
  const isClosed = additionalProperties === false
  return (
    needed.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, one]) =>
      Object.hasOwn(known, name) ? isPossible(one, known[name]) : !isClosed,
    )
  )
}

function isPossible(value: unknown, node: unknown): boolean {
  if (!isJsonObject(node) || !Array.isArray(node.enum)) return true
  return node.enum.includes(value)
}
