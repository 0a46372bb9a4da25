import { below } from './seeded-random.ts'

/** A schema made by chance, with what it promises. */
export interface RandomSchema {
  readonly schema: unknown
  /** A value that the schema allows; undefined where there was no end to it. */
  sample(): unknown
}

type Random = () => number
type Made = { readonly schema: Record<string, unknown>; sample(depth: number): unknown }

const DEEPEST = 4
const ENDLESS = 'required recursion'

/** Names that are keywords, prototype members, or awkward in pointers, among plain ones. */
const NAMES = [
  ['name', 'path', 'query', 'limit', 'tags', 'kind', 'body', 'owner', 'repo', 'labels'],
  ['type', '$ref', 'required', 'properties', 'items', 'enum', 'anyOf', 'const', 'description', '$defs'],
  ['__proto__', 'constructor', 'toString', 'a/b', 'x~y', '%41', 'größe', 'with space', '0', '$id'],
]

/** Makes a schema of any dialect, with definitions, recursion and unions, from a source of chance. */
export function randomSchema(random: Random): RandomSchema {
  const holder = oneOf(['$defs', 'definitions'])
  const definitions = new Map<string, Made>()
  const waiting = Array.from(
    { length: below(4, random) },
    (_, index) => oneOf(['Node', 'A b', 'x~1/y', 'T']) + index,
  )
  for (const name of waiting) definitions.set(name, makeObject(2))
  const root = chance(0.8) ? makeObject(3) : make(3)
  const all = Object.fromEntries([...definitions].map(([name, made]) => [name, made.schema]))
  const schema = definitions.size === 0 ? root.schema : { ...root.schema, [holder]: all }
  return { schema, sample: () => orUndefined(() => root.sample(4)) }

  function make(depth: number): Made {
    if (depth <= 0) return makeLeaf()
    const makers = [makeLeaf, makeLeaf, makeObject, makeObject, makeArray, makeUnion, makeAll, makeReference]
    return annotated(oneOf(makers)(depth - 1))
  }

  function annotated(made: Made): Made {
    const extra = {
      ...(chance(0.3) ? { description: oneOf(['What it is.', 'A thing', 'Text: "quoted"?']) } : {}),
      ...(chance(0.1) ? { title: 'Title' } : {}),
      ...(chance(0.1) ? { default: oneOf([1, 'x', null, { deep: [1] }]) } : {}),
      ...(chance(0.1) ? { $comment: 'none of your business', 'x-own': { type: 1 } } : {}),
      ...(chance(0.05) ? { examples: ['a', 2], deprecated: true } : {}),
    }
    return { ...made, schema: { ...made.schema, ...extra } }
  }

  function makeLeaf(): Made {
    return oneOf([makeText, makeText, makeNumber, makeBoolean, makeEnum, makeNullable, makeAnything])()
  }

  function makeText(): Made {
    const limits = oneOf([
      {},
      { minLength: 1 },
      { maxLength: 40 },
      { pattern: '^[a-z]*$' },
      { pattern: '^(?!x)' },
    ])
    const format = oneOf([{}, {}, { format: 'date-time' }, { format: 'uri' }, { contentEncoding: 'base64' }])
    return {
      schema: { type: oneOf(['string', 'STRING']), ...limits, ...format },
      sample: () => oneOf(['a', 'word']),
    }
  }

  function makeNumber(): Made {
    const bounds = [
      {},
      { minimum: 0 },
      { minimum: 0, exclusiveMinimum: true },
      { exclusiveMinimum: 0 },
      { multipleOf: 1 },
    ]
    const format = oneOf([{}, { format: 'int32' }, { format: 'double' }])
    const schema = {
      type: oneOf(['integer', 'number']),
      ...oneOf(bounds),
      ...oneOf([{}, { maximum: 99.5 }]),
      ...format,
    }
    return { schema, sample: () => oneOf([1, 7, 99]) }
  }

  function makeBoolean(): Made {
    return { schema: { type: 'boolean' }, sample: () => chance(0.5) }
  }

  function makeEnum(): Made {
    const values = oneOf([
      ['a', 'b'],
      ['a', '', 'c'],
      [1, 2, 3],
      [2.5],
      [true],
      ['x', 1, null],
      [{ k: 1 }, [1]],
      [5],
    ])
    if (values.length === 1 && chance(0.5)) return { schema: { const: values[0] }, sample: () => values[0] }
    return { schema: { enum: values }, sample: () => oneOf<unknown>(values) }
  }

  function makeNullable(): Made {
    const type = oneOf(['string', 'integer', 'boolean'])
    const sample = () => oneOf<unknown>([null, { string: 'a', integer: 3, boolean: true }[type]])
    return { schema: chance(0.5) ? { type: [type, 'null'] } : { type, nullable: true }, sample }
  }

  function makeAnything(): Made {
    return { schema: {}, sample: () => oneOf<unknown>(['t', 3, false, null, { free: [1] }, [1, 'a']]) }
  }

  function makeObject(depth: number, taken: readonly string[] = []): Made {
    const own = new Map<string, Made>()
    for (const name of newNames(taken)) own.set(name, make(depth))
    const required = [...own.keys()].filter(() => chance(0.4))
    const schema = {
      type: 'object',
      ...(own.size > 0 || chance(0.5) ? { properties: fromMap(own) } : {}),
      ...(required.length > 0 ? { required: chance(0.1) ? [...required, 'nowhere'] : required } : {}),
      ...oneOf([
        {},
        {},
        { additionalProperties: false },
        { additionalProperties: true },
        { additionalProperties: { type: 'string' } },
      ]),
      ...oneOf([{}, {}, {}, { minProperties: 0 }, { patternProperties: { '^x-': { type: 'number' } } }]),
    }
    return {
      schema,
      sample: (left) => {
        const chosen = [...own].filter(([name]) => required.includes(name) || (left > 0 && chance(0.5)))
        return Object.fromEntries(chosen.map(([name, made]) => [name, made.sample(left - 1)]))
      },
    }
  }

  function makeArray(depth: number): Made {
    const item = make(depth)
    const second = make(depth)
    const list = (left: number) => Array.from({ length: below(3, random) }, () => item.sample(left - 1))
    const pair = (left: number) => [item.sample(left - 1), second.sample(left - 1)]
    return oneOf<Made>([
      { schema: { type: 'array', items: item.schema }, sample: list },
      { schema: { type: 'array', items: item.schema, maxItems: 9, uniqueItems: true }, sample: list },
      {
        schema: { type: 'array', items: [item.schema, second.schema], additionalItems: false },
        sample: pair,
      },
      { schema: { prefixItems: [item.schema, second.schema], minItems: 2 }, sample: pair },
      { schema: { type: 'array' }, sample: () => [1, 'a'] },
    ])
  }

  function makeUnion(depth: number): Made {
    const members = [make(depth), make(depth), makeLeaf()].slice(0, 2 + below(2, random))
    const schemas = members.map((member) => member.schema)
    return { schema: { [oneOf(['anyOf', 'oneOf'])]: schemas }, sample: (left) => oneOf(members).sample(left) }
  }

  function makeAll(depth: number): Made {
    const a = makeObject(depth)
    const b = makeObject(depth, Object.keys(a.schema.properties ?? {}))
    const schema = { allOf: [a.schema, { ...b.schema, additionalProperties: true }] }
    return { schema, sample: (left) => ({ ...(b.sample(left) as object), ...(a.sample(left) as object) }) }
  }

  /** Often to a definition that this one stands in. */
  function makeReference(): Made {
    if (waiting.length === 0) return makeLeaf()
    const name = oneOf(waiting)
    const escaped = name.replaceAll('~', '~0').replaceAll('/', '~1')
    const pointer = `#/${holder}/${chance(0.5) ? encodeURIComponent(escaped) : escaped}`
    const beside = oneOf([{}, {}, { description: 'By reference.' }, { type: 'object' }])
    const schema = chance(0.2) ? { allOf: [{ $ref: pointer }], ...beside } : { $ref: pointer, ...beside }
    return {
      schema,
      sample: (left) => {
        if (left < -DEEPEST) throw new Error(ENDLESS)
        return definitions.get(name)!.sample(left - 1)
      },
    }
  }

  function newNames(taken: readonly string[]): ReadonlySet<string> {
    const names = Array.from({ length: below(4, random) }, () => oneOf(oneOf(NAMES)))
    return new Set(names.filter((name) => !taken.includes(name)))
  }

  function oneOf<T>(list: readonly T[]): T {
    return list[below(list.length, random)]!
  }

  function chance(part: number): boolean {
    return random() < part
  }
}

function fromMap(made: ReadonlyMap<string, Made>) {
  return Object.fromEntries([...made].map(([name, one]) => [name, one.schema]))
}

function orUndefined(sample: () => unknown): unknown {
  try {
    return sample()
  } catch (error) {
    if (error instanceof Error && error.message === ENDLESS) return undefined
    throw error
  }
}
