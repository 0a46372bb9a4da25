/**
 * What Gemini takes as a schema, written down from its documentation and its refusals, without a look at the
 * compiler. Each problem is a sentence with its path; none means that the schema is accepted.
 */
type Node = Record<string, unknown>

const OPENAPI_KEYS = {
  any: ['type', 'title', 'description', 'nullable'],
  STRING: ['format', 'enum', 'minLength', 'maxLength', 'pattern'],
  NUMBER: ['format', 'minimum', 'maximum'],
  INTEGER: ['format', 'minimum', 'maximum'],
  BOOLEAN: [],
  NULL: [],
  ARRAY: ['items', 'minItems', 'maxItems'],
  OBJECT: ['properties', 'required', 'propertyOrdering', 'minProperties', 'maxProperties'],
} as const

const OPENAPI_FORMATS: Readonly<Record<string, readonly string[]>> = {
  STRING: ['date-time'],
  NUMBER: ['float', 'double'],
  INTEGER: ['int32', 'int64'],
}

/** Every keyword that the second dialect can have; Google's discovery document has more (`default`, `example`). */
export const OPENAPI_KEYWORDS: readonly string[] = [
  ...new Set(['anyOf', ...Object.values(OPENAPI_KEYS).flat()]),
]

/** The problems of a `parameters` or `responseSchema`. */
export function openapiProblems(schema: unknown): string[] {
  return walk(schema, '#')

  function walk(node: unknown, at: string): string[] {
    if (!isNode(node)) return [`${at} is no object`]
    if (node.anyOf !== undefined) return unionProblems(node, at)
    const type = String(node.type)
    if (type === 'any' || !(type in OPENAPI_KEYS)) return [`${at} has the type ${type}`]
    const allowed: readonly string[] = [
      ...OPENAPI_KEYS.any,
      ...OPENAPI_KEYS[type as keyof typeof OPENAPI_KEYS],
    ]
    return [
      ...Object.keys(node)
        .filter((key) => !allowed.includes(key))
        .map((key) => `${at} has ${key} for ${type}`),
      ...textProblems(node, at),
      ...formatProblems(node, type, at),
      ...enumProblems(node, at, (value) => typeof value === 'string' && value !== ''),
      ...countProblems(node, at),
      ...(type === 'ARRAY' ? walk(node.items, `${at}.items`) : []),
      ...(type === 'OBJECT' ? objectProblems(node, at) : []),
    ]
  }

  function unionProblems(node: Node, at: string): string[] {
    const strange = Object.keys(node).filter(
      (key) => !['anyOf', 'title', 'description', 'nullable'].includes(key),
    )
    const members = Array.isArray(node.anyOf) ? node.anyOf : []
    return [
      ...strange.map((key) => `${at} has ${key} beside anyOf`),
      ...textProblems(node, at),
      ...(members.length < 2 ? [`${at} has ${members.length} forms`] : []),
      ...members.flatMap((member, index) => walk(member, `${at}.anyOf.${index}`)),
    ]
  }

  function objectProblems(node: Node, at: string): string[] {
    const entries = isNode(node.properties) ? Object.entries(node.properties) : []
    return [
      ...(entries.length === 0 ? [`${at}.properties: should be non-empty for OBJECT type`] : []),
      ...nameProblems(node, at),
      ...entries.flatMap(([name, property]) => walk(property, `${at}.properties.${name}`)),
    ]
  }
}

const JSON_KEYS = [
  '$defs',
  '$ref',
  'type',
  'format',
  'title',
  'description',
  'enum',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'anyOf',
  'properties',
  'additionalProperties',
  'required',
  'propertyOrdering',
]
const JSON_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']

/** The problems of a `parametersJsonSchema` or `responseJsonSchema`. */
export function jsonProblems(root: unknown): string[] {
  if (!isNode(root)) return ['# is no object']
  const definitions = isNode(root.$defs) ? root.$defs : {}
  return [
    ...walk(root, '#'),
    ...Object.entries(definitions).flatMap(([name, node]) => walk(node, `#/$defs/${name}`)),
    ...cycleProblems(root, definitions),
  ]

  function walk(node: unknown, at: string): string[] {
    if (!isNode(node)) return [`${at} is no object`]
    if (node.$ref !== undefined) return referenceProblems(node, at)
    const types = [node.type].flat().filter((type) => type !== undefined)
    return [
      ...Object.keys(node)
        .filter((key) => !JSON_KEYS.includes(key) || (key === '$defs' && at !== '#'))
        .map((key) => `${at} has ${key}`),
      ...types
        .filter((type) => !JSON_TYPES.includes(type as string))
        .map((type) => `${at} has the type ${type}`),
      ...(node.anyOf !== undefined && types.length > 0 ? [`${at} has a type beside anyOf`] : []),
      ...textProblems(node, at),
      ...enumProblems(
        node,
        at,
        (value) => typeof value === 'number' || (typeof value === 'string' && value !== ''),
      ),
      ...countProblems(node, at),
      ...nameProblems(node, at),
      ...innerNodes(node).flatMap(([inner, step]) => walk(inner, `${at}.${step}`)),
    ]
  }

  function referenceProblems(node: Node, at: string): string[] {
    const siblings = Object.keys(node).filter((key) => !key.startsWith('$'))
    const isKnown = resolved(node, root as Node, definitions) !== undefined
    return [
      ...siblings.map((key) => `${at} has ${key} beside $ref`),
      ...(isKnown ? [] : [`${at} refers to ${node.$ref}, which is not there`]),
    ]
  }
}

function innerNodes(node: Node): [inner: unknown, step: string][] {
  const lists = [node.anyOf, node.prefixItems].flatMap((list) => (Array.isArray(list) ? list : []))
  const named = isNode(node.properties) ? Object.entries(node.properties) : []
  const single = [node.items, node.additionalProperties].filter(
    (one) => one !== undefined && typeof one !== 'boolean',
  )
  return [
    ...lists.map((one, index): [unknown, string] => [one, String(index)]),
    ...named.map(([name, one]): [unknown, string] => [one, `properties.${name}`]),
    ...single.map((one): [unknown, string] => [one, 'items']),
  ]
}

/** A cycle may only be closed inside a property that is not required. */
function cycleProblems(root: Node, definitions: Node): string[] {
  const problems: string[] = []
  for (const start of [root, ...Object.values(definitions)]) follow(start, [start], false)
  return [...new Set(problems)]

  function follow(node: unknown, open: readonly unknown[], isRequired: boolean) {
    if (!isNode(node)) return
    const target = node.$ref === undefined ? undefined : resolved(node, root, definitions)
    if (target !== undefined && open.includes(target)) {
      if (isRequired) problems.push(`${node.$ref} stands inside itself in a required property`)
      return
    }
    if (target !== undefined) follow(target, [...open, target], isRequired)
    const required = Array.isArray(node.required) ? node.required : []
    const properties = isNode(node.properties) ? node.properties : {}
    for (const [name, property] of Object.entries(properties)) {
      if (required.includes(name)) follow(property, open, true)
    }
    for (const [inner] of innerNodes({ ...node, properties: undefined })) follow(inner, open, isRequired)
  }
}

function resolved(node: Node, root: Node, definitions: Node): unknown {
  const name = String(node.$ref).slice('#/$defs/'.length)
  if (node.$ref === '#') return root
  return String(node.$ref).startsWith('#/$defs/') && Object.hasOwn(definitions, name)
    ? definitions[name]
    : undefined
}

function textProblems(node: Node, at: string): string[] {
  return ['title', 'description', 'format', 'pattern']
    .filter((key) => node[key] !== undefined && (typeof node[key] !== 'string' || node[key] === ''))
    .map((key) => `${at}.${key} is no text`)
}

function formatProblems(node: Node, type: string, at: string): string[] {
  const isKnown = node.format === undefined || OPENAPI_FORMATS[type]?.includes(String(node.format))
  return isKnown ? [] : [`${at} has the format ${node.format}`]
}

function enumProblems(node: Node, at: string, isLegal: (value: unknown) => boolean): string[] {
  if (node.enum === undefined) return []
  const values = Array.isArray(node.enum) ? node.enum : []
  const isUnique = new Set(values).size === values.length
  return values.length > 0 && isUnique && values.every(isLegal) ? [] : [`${at} has an illegal enum`]
}

function countProblems(node: Node, at: string): string[] {
  return ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']
    .filter((key) => node[key] !== undefined && !(Number.isInteger(node[key]) && (node[key] as number) >= 0))
    .map((key) => `${at}.${key} is no count`)
}

function nameProblems(node: Node, at: string): string[] {
  const properties = isNode(node.properties) ? node.properties : {}
  return ['required', 'propertyOrdering'].flatMap((key) => {
    const names = node[key]
    if (names === undefined) return []
    if (!Array.isArray(names) || names.length === 0) return [`${at}.${key} is empty`]
    return names
      .filter((name) => !Object.hasOwn(properties, name))
      .map((name) => `${at}.${key}: ${name} is no property`)
  })
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
