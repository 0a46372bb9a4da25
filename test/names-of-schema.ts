/**
 * The names of all properties that a value of a schema can have, however deep: every `properties` that can be
 * reached, through references too.
 */
export function namesOfSchema(root: unknown): ReadonlySet<string> {
  const names = new Set<string>()
  const seen = new Set<unknown>([root])
  for (const node of seen) {
    if (!isNode(node)) continue
    const properties = isNode(node.properties) ? node.properties : {}
    const patterns = isNode(node.patternProperties) ? node.patternProperties : {}
    for (const name of Object.keys(properties)) names.add(name)
    const inner = [
      node.items,
      node.prefixItems,
      node.additionalProperties,
      node.allOf,
      node.anyOf,
      node.oneOf,
    ]
    const found = [
      ...inner.flat(),
      ...Object.values(properties),
      ...Object.values(patterns),
      target(node, root),
    ]
    for (const one of found) seen.add(one)
  }
  return names
}

function target({ $ref }: Node, root: unknown): unknown {
  if (typeof $ref !== 'string') return undefined
  const steps = $ref.split('/').slice(1).map(decodeURIComponent)
  let found = root
  for (const step of steps) found = (found as Node)[step.replaceAll('~1', '/').replaceAll('~0', '~')]
  return found
}

type Node = Readonly<Record<string, unknown>>

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
