import type { NamingOptions } from './naming.ts'

/** Throws a TypeError that names the setting where names could not mean what was written. */
export function refuseOddNames({ aliases, renames }: NamingOptions): void {
  for (const [table, names] of Object.entries({ aliases, renames }))
    if (Object.hasOwn(names, '')) refuse(table, 'gives an empty name a meaning')
  const givenTo = new Map<string, string>()
  for (const [model, name] of Object.entries(renames)) {
    if (/\*/.test(model + name))
      refuse(`renames.${model}`, 'must be one model and its one new name, without *')
    const other = givenTo.get(name)
    if (other !== undefined)
      refuse(`renames.${model}`, `is "${name}", which is the new name of ${other} already`)
    if (Object.hasOwn(aliases, name)) refuse(`renames.${model}`, `is "${name}", which is an alias already`)
    givenTo.set(name, model)
  }
}

function refuse(place: string, what: string): never {
  throw new TypeError(`Setting "plugins.model-aliases.${place}" in the config ${what}`)
}
