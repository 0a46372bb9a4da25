import { isMap, type Shape, shapeOf } from './schema-shape.ts'
import { type PluginOptions, wholeSchema } from './settings-schema.ts'

/** The JSON Schema of the config file, for editors: what has a default may be left out, `${NAME}` may stand for any value. */
export function settingsJsonSchema(plugins: PluginOptions): Record<string, unknown> {
  const shape = JSON.parse(JSON.stringify(shapeOf(wholeSchema(plugins)))) as Shape
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Geminate settings',
    ...forEditors(shape),
  }
}

/** What a value may be instead: a text with a variable in it. */
const VARIABLE = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}' }

function forEditors(shape: Shape): Record<string, unknown> {
  if (shape.anyOf) return { ...shape, anyOf: shape.anyOf.map(forEditors) }
  if (shape.type === 'object') return objectForEditors(shape)
  if (shape.type === 'array') return { ...shape, items: forEditors(shape.items ?? {}) }
  return isFreeText(shape) ? { ...shape } : orVariable(shape)
}

function objectForEditors(shape: Shape): Record<string, unknown> {
  const { required = [], ...others } = shape
  const needed = required.filter((name) => shape.properties?.[name]?.default === undefined)
  return {
    ...others,
    ...(shape.properties && { properties: fieldsForEditors(shape.properties) }),
    ...(shape.patternProperties && { patternProperties: fieldsForEditors(shape.patternProperties) }),
    ...(isMap(shape.additionalProperties) && {
      additionalProperties: forEditors(shape.additionalProperties),
    }),
    ...(needed.length > 0 && { required: needed }),
  }
}

function fieldsForEditors(fields: Readonly<Record<string, Shape>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, forEditors(field)]))
}

function isFreeText(shape: Shape): boolean {
  if (shape.type === undefined) return true
  return shape.type === 'string' && shape.pattern === undefined && (shape.minLength ?? 0) <= 1
}

function orVariable(shape: Shape): Record<string, unknown> {
  const { default: fallback, description, ...rest } = shape
  return {
    ...(fallback !== undefined && { default: fallback }),
    ...(description !== undefined && { description }),
    anyOf: [rest, VARIABLE],
  }
}
