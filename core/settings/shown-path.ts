import { isMap, membersOf, shapeOf } from './schema-shape.ts'
import { SettingsSchema } from './settings.ts'

const { keys, clients } = SettingsSchema.properties

/** The names that an entry of these lists may have; any other may be a secret that lost its place. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  keys: namesIn(keys.items),
  clients: namesIn(clients.items),
}

/** A long last name with digits in it is no setting of ours; a key that lost its indentation looks so. */
const LOOKS_SECRET = /(?=[^.]*\d)[^.\s]{20,}$/

const ENTRY = /^((keys|clients)\[\d+\])\.(.+)$/s

/** Whether a path ends in a name that must not be shown: an unknown one below `keys` or `clients`, or one like a secret. */
export function isNameHidden(path: string): boolean {
  return shownPath(path) !== path
}

/** A setting's path as it may be shown: `keys[0].AIza…` → `keys[0].…`. */
export function shownPath(path: string): string {
  const [, entry, list = '', name = ''] = ENTRY.exec(path) ?? []
  if (entry === undefined) return path.replace(LOOKS_SECRET, '…')
  return NAMES[list]?.includes(name.replace(/\[.*$/s, '')) ? path : `${entry}.…`
}

/** `; it may hold key, name, …` in place of the hidden name's nearest, which could tell of it; '' for a shown one. */
export function knownBeside(path: string): string {
  const list = ENTRY.exec(path)?.[2]
  return list === undefined || !isNameHidden(path) ? '' : `; it may hold ${NAMES[list]?.join(', ')}`
}

function namesIn(entry: Parameters<typeof shapeOf>[0]): string[] {
  return membersOf(shapeOf(entry)).flatMap(({ properties }) =>
    isMap(properties) ? Object.keys(properties) : [],
  )
}
