import { isJsonObject, type JsonObject, membersOf } from './json-object.ts'
import { within } from './place.ts'

/** Keywords that hold a schema, a list of schemas, or either. */
const HOLDERS = [
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
]

/** Keywords that hold schemas by names, which are never keywords themselves. */
const MAPS = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies', 'definitions', '$defs']

/** The schemas that stand directly inside a schema, each with its path; what is data (`enum`, `default`) is none. */
export function subSchemas(source: JsonObject, at: string): [schema: JsonObject, at: string][] {
  return [
    ...HOLDERS.flatMap((keyword) => schemasIn(source[keyword], within(at, keyword))),
    ...MAPS.flatMap((keyword) =>
      membersOf(source[keyword]).map(([name, value]) => [value, within(at, keyword, name)] as const),
    ),
  ].filter((found): found is [JsonObject, string] => isJsonObject(found[0]))
}

function schemasIn(value: unknown, at: string): (readonly [unknown, string])[] {
  return Array.isArray(value) ? value.map((one, index) => [one, within(at, String(index))]) : [[value, at]]
}
