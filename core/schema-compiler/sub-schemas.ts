import { isJsonObject, type JsonObject, membersOf } from './json-object.ts'
import { within } from './place.ts'

/** Keywords that hold a schema, a list of schemas, or either. */
const HOLDERS: ReadonlySet<string> = new Set([
  'items',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
])

/** Keywords that hold schemas by names, which are never keywords themselves. */
const MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  'dependencies',
  'definitions',
  '$defs',
])

/** The schemas that stand directly inside a schema, each with its path; what is data (`enum`, `default`) is none. */
export function subSchemas(source: JsonObject, at: string): [schema: JsonObject, at: string][] {
  const found: [unknown, string][] = []
  for (const [keyword, value] of Object.entries(source)) {
    if (HOLDERS.has(keyword)) for (const inner of schemasIn(value, within(at, keyword))) found.push(inner)
    if (MAPS.has(keyword)) {
      for (const [name, inner] of membersOf(value)) found.push([inner, within(at, keyword, name)])
    }
  }
  return found.filter((one): one is [JsonObject, string] => isJsonObject(one[0]))
}

function schemasIn(value: unknown, at: string): [unknown, string][] {
  return Array.isArray(value) ? value.map((one, index) => [one, within(at, String(index))]) : [[value, at]]
}
