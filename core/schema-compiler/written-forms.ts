import { isJsonObject, type JsonObject } from './json-object.ts'

const NULL: JsonObject = { type: 'NULL' }

/** Finds the nodes of a written schema that a value at a node may match: behind references, inside unions. */
export function createForms(root: JsonObject): (node: unknown) => readonly JsonObject[] {
  const known = new Map<unknown, readonly JsonObject[]>()
  return (node) => {
    const forms = known.get(node) ?? findForms(node, root)
    known.set(node, forms)
    return forms
  }
}

function findForms(node: unknown, root: JsonObject): readonly JsonObject[] {
  const seen = new Set<unknown>([node])
  const forms: JsonObject[] = []
  for (const one of seen) {
    if (!isJsonObject(one)) continue
    const { $ref: pointer, anyOf: members } = one
    if (typeof pointer === 'string') seen.add(followed(pointer, root))
    else if (!Array.isArray(members)) forms.push(one)
    else {
      for (const member of members) seen.add(member)
      if (one.nullable === true) forms.push(NULL)
    }
  }
  return forms
}

function followed(pointer: string, root: JsonObject): unknown {
  const definitions = root.$defs
  const name = pointer.slice('#/$defs/'.length)
  if (pointer === '#') return root
  return isJsonObject(definitions) && Object.hasOwn(definitions, name) ? definitions[name] : undefined
}
