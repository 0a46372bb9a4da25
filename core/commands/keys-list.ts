import { type KeyItem, toKeyItem } from '../admin/key-item.ts'
import { redactedJson } from '../log/redacted-json.ts'
import { type CommandLine, EXIT } from './command.ts'
import { keysMeant } from './keys-filter.ts'
import type { OpenKeys } from './open-keys.ts'
import { textTable } from './text-table.ts'

/** Prints the keys that are meant, masked. */
export async function printKeys(keys: OpenKeys, line: CommandLine): Promise<number> {
  const { output } = keys.rooms.runtime
  const items = keysMeant(keys, line).flatMap((key) => toKeyItem(key, keys.snapshot) ?? [])
  const text = line.has('json')
    ? `${redactedJson({ items, total: items.length }, keys.redactor, 2)}\n`
    : keys.redactor.text(textTable([HEAD, ...items.map(toRow)]))
  output.write(text)
  await output.flushed()
  return EXIT.ok
}

const HEAD = ['ID', 'NAME', 'KEY', 'STATE', 'ORIGIN', 'UPSTREAM', 'PROJECT', 'TAGS', 'REASON']

function toRow({ id, name = '', masked, state, upstream, origin, project, tags, reason }: KeyItem): string[] {
  return [id, name, masked, state, origin, upstream, project === id ? '' : project, tags.join(','), reason]
}
