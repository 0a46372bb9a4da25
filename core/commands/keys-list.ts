import { type KeyItem, toKeyItem } from '../admin/key-item.ts'
import { type CommandLine, EXIT } from './command.ts'
import { keysMeant } from './keys-filter.ts'
import type { OpenKeys } from './open-keys.ts'
import { textTable } from './text-table.ts'

/** Prints the keys that are meant, masked. */
export async function printKeys(keys: OpenKeys, line: CommandLine): Promise<number> {
  const { output } = keys.rooms.runtime
  const snapshot = keys.pool.snapshot()
  const items = keysMeant(keys, line).flatMap((key) => toKeyItem(key, snapshot) ?? [])
  const text = line.has('json')
    ? `${JSON.stringify({ items, total: items.length }, undefined, 2)}\n`
    : textTable([HEAD, ...items.map(toRow)])
  output.write(keys.redactor.text(text))
  await output.flushed()
  return EXIT.ok
}

const HEAD = ['ID', 'NAME', 'KEY', 'STATE', 'ORIGIN', 'PROJECT', 'TAGS', 'REASON']

function toRow({ id, name = '', masked, state, origin, project, tags, reason }: KeyItem): string[] {
  return [id, name, masked, state, origin, project === id ? '' : project, tags.join(','), reason]
}
