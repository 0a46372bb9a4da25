import { isJsonObject, type JsonObject } from './json-object.ts'
import { holdsType, toTypeName, typeOfValue } from './type-names.ts'
import type { Coercion } from './values.ts'
import { createForms } from './written-forms.ts'

/** Takes a value that a model made for a written schema back to what the client's schema means. */
export type Restore = (value: unknown) => unknown

/**
 * Texts that stand for something else become that; what does not fit the schema is left as it is. Where
 * several forms of a union fit, the one that has a text to restore is meant.
 */
export function createRestore(root: JsonObject, coercions: ReadonlyMap<JsonObject, Coercion>): Restore {
  if (coercions.size === 0) return (value) => value
  const formsOf = createForms(root)
  return (value) => {
    const fits = remembered(fitsForm, true)
    const restoreAs = remembered(restoreParts, undefined)
    return restore(value, root)

    function restore(value: unknown, node: unknown): unknown {
      const forms = formsOf(node)
      if (typeof value === 'string') return restoreText(value, forms)
      const fitting = forms.filter((form) => fits(value, form))
      const likely = fitting.length > 0 ? fitting : forms.filter((form) => isOfType(value, form)).slice(0, 1)
      const restored = likely.map((form) => restoreAs(value, form))
      return restored.find((one) => one !== value) ?? value
    }

    /** The same value where nothing changes. */
    function restoreParts(value: unknown, form: JsonObject): unknown {
      if (Array.isArray(value)) {
        const items = value.map((item, index) => restore(item, itemNode(form, index)))
        return items.some((item, index) => item !== value[index]) ? items : value
      }
      if (!isJsonObject(value)) return value
      const entries = Object.entries(value).map(
        ([name, one]) => [name, restore(one, propertyNode(form, name))] as const,
      )
      return entries.some(([name, one]) => one !== value[name]) ? Object.fromEntries(entries) : value
    }

    /** Whether a value is what a form allows, as far as its parts tell forms from each other. */
    function fitsForm(value: unknown, form: JsonObject): boolean {
      if (!isOfType(value, form)) return false
      if (Array.isArray(form.enum)) return form.enum.includes(value)
      if (Array.isArray(value)) return value.every((item, index) => fitsAny(item, itemNode(form, index)))
      return !isJsonObject(value) || hasProperties(value, form)
    }

    function fitsAny(value: unknown, node: unknown): boolean {
      return !isJsonObject(node) || formsOf(node).some((form) => fits(value, form))
    }

    function hasProperties(value: JsonObject, form: JsonObject): boolean {
      const needed = Array.isArray(form.required) ? form.required : []
      if (!needed.every((name) => Object.hasOwn(value, name))) return false
      return Object.entries(value).every(([name, one]) => {
        const node = propertyNode(form, name)
        return node !== false && fitsAny(one, node)
      })
    }
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

/** Asks once for each object and form, so that the cost is bounded however much forms overlap. */
function remembered<T>(ask: (value: unknown, form: JsonObject) => T, meanwhile: T) {
  const answers = new Map<unknown, Map<JsonObject, T>>()
  return (value: unknown, form: JsonObject): T => {
    if (typeof value !== 'object' || value === null) return ask(value, form)
    const known = answers.get(value) ?? new Map<JsonObject, T>()
    answers.set(value, known)
    if (known.has(form)) return known.get(form) as T
    known.set(form, meanwhile)
    const answer = ask(value, form)
    known.set(form, answer)
    return answer
  }
}

function isOfType(value: unknown, { type, nullable }: JsonObject): boolean {
  if (value === null && nullable === true) return true
  const types = [type].flat().flatMap((name) => toTypeName(name) ?? [])
  return types.length === 0 || holdsType(types, typeOfValue(value))
}

function itemNode({ prefixItems, items }: JsonObject, index: number): unknown {
  const place = Array.isArray(prefixItems) ? prefixItems[index] : undefined
  return place ?? items
}

function propertyNode({ properties, additionalProperties }: JsonObject, name: string): unknown {
  return isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : additionalProperties
}
