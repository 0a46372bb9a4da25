import { checked } from '../admin/check-input.ts'
import { type KeyFilter, KeyFilterSchema } from '../admin/key-filter.ts'
import { findKeys } from '../admin/key-list.ts'
import { isGatewayError } from '../errors.ts'
import type { ManagedKey } from '../keyring/managed-key.ts'
import { CommandError, type CommandLine, EXIT } from './command.ts'
import type { OpenKeys } from './open-keys.ts'

const NAMES = ['state', 'tag', 'project', 'origin', 'upstream', 'text'] as const

/** The filter that a command line states. Throws a CommandError for a state or an origin that there is not. */
export function filterOf(line: CommandLine): KeyFilter {
  const stated = NAMES.map((name) => [name, line.text(name)]).filter(([, text]) => text !== undefined)
  try {
    return checked(KeyFilterSchema, Object.fromEntries(stated), 'The filter')
  } catch (thrown) {
    if (isGatewayError(thrown)) throw new CommandError(`--${thrown.message.replaceAll('"', '')}`, EXIT.usage)
    throw thrown
  }
}

/** The keys that a command line means. */
export function keysMeant({ keyring, snapshot }: OpenKeys, line: CommandLine): ManagedKey[] {
  return findKeys(keyring.keys.values(), snapshot, filterOf(line))
}
