/**
 * Writes a value the way a model would that obeys a compiled schema: a text where only a text is allowed. A
 * mirror of the compiler's `restore`, written without a look at it. undefined: the schema has no place for it.
 */
export function encodeForSchema(value: unknown, root: Node): unknown {
  return encode(value, root, 0)

  function encode(value: unknown, node: unknown, hops: number): unknown {
    if (!isNode(node) || hops > 20) return undefined
    if (typeof node.$ref === 'string') return encode(value, follow(node.$ref), hops + 1)
    if (value === null && node.nullable === true) return null
    if (Array.isArray(node.anyOf)) return firstOf(value, node.anyOf, hops + 1)
    const types = [node.type ?? typeNameOf(value)].flat().map((type) => String(type).toLowerCase())
    return types.map((type) => encodeAs(type, value, node)).find((one) => one !== undefined)
  }

  /** As itself where a form takes it so, or else as a text. */
  function firstOf(value: unknown, members: readonly unknown[], hops: number): unknown {
    const encoded = members.map((member) => encode(value, member, hops)).filter((one) => one !== undefined)
    return encoded.find((one) => typeof one === typeof value) ?? encoded[0]
  }

  function encodeAs(type: string, value: unknown, node: Node): unknown {
    const isRight = typeNameOf(value) === type || (type === 'number' && typeof value === 'number')
    if (type === 'string') return encodeText(value, node)
    if (!isRight || (type === 'integer' && !Number.isInteger(value))) return undefined
    if (Array.isArray(node.enum)) return node.enum.includes(value) ? value : undefined
    if (typeof node.minimum === 'number' && (value as number) < node.minimum) return undefined
    if (typeof node.maximum === 'number' && (value as number) > node.maximum) return undefined
    if (type === 'object') return encodeObject(value as Node, node)
    return type === 'array' ? encodeList(value as unknown[], node) : value
  }

  function encodeText(value: unknown, node: Node): unknown {
    const text =
      typeof value === 'string'
        ? value
        : typeof value === 'object' && value !== null
          ? JSON.stringify(value)
          : String(value)
    if (Array.isArray(node.enum)) return node.enum.find((one) => one === (text === '' ? '(empty)' : text))
    if (typeof value === 'string') return value
    const isFree = /JSON/.test(String(node.description)) && typeof value === 'object' && value !== null
    return isFree ? text : undefined
  }

  function encodeList(list: readonly unknown[], { prefixItems, items, maxItems }: Node): unknown {
    if (typeof maxItems === 'number' && list.length > maxItems) return undefined
    const places = Array.isArray(prefixItems) ? prefixItems : []
    const encoded = list.map((one, index) => encode(one, places[index] ?? items ?? {}, 0))
    return encoded.includes(undefined) ? undefined : encoded
  }

  function encodeObject(value: Node, { properties, required, additionalProperties }: Node): unknown {
    const known = isNode(properties) ? properties : {}
    if (Array.isArray(required) && !required.every((name) => Object.hasOwn(value, name))) return undefined
    const others = additionalProperties ?? {}
    const encoded = Object.entries(value).map(([name, one]) => {
      const node = Object.hasOwn(known, name) ? known[name] : others === true ? {} : others
      return [name, encode(one, node, 0)] as const
    })
    return encoded.some(([, one]) => one === undefined) ? undefined : Object.fromEntries(encoded)
  }

  function follow(pointer: string): unknown {
    const name = pointer.slice('#/$defs/'.length)
    return pointer === '#' ? root : isNode(root.$defs) ? root.$defs[name] : undefined
  }
}

type Node = Readonly<Record<string, unknown>>

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeNameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}
