import type { ManagedKey } from '../keyring/managed-key.ts'
import type { KeyRing } from '../pool/key-ring.ts'
import { CommandError, type CommandLine, EXIT } from './command.ts'
import { keysMeant } from './keys-filter.ts'
import type { OpenKeys } from './open-keys.ts'

/** A key as it is exported, and imported again. */
interface ExportedKey {
  readonly key: string
  readonly name: string | undefined
  readonly project: string | undefined
  readonly weight: number
  readonly tags: readonly string[]
  readonly note: string | undefined
  /** With user and password. */
  readonly proxy: string | undefined
  readonly upstream: ManagedKey['upstream']
  readonly disabled: boolean
}

const FORMATS = {
  text: (keys: readonly ExportedKey[]) => keys.map(({ key }) => `${key}\n`).join(''),
  json: (keys: readonly ExportedKey[]) => `${JSON.stringify(keys, undefined, 2)}\n`,
  csv: (keys: readonly ExportedKey[]) => [CSV_HEAD, ...keys.map(toCsvRow)].map((row) => `${row}\n`).join(''),
}

/** Writes the keys that are meant, with their secrets, to a file that only its owner reads, or to standard output. */
export async function exportKeys(keys: OpenKeys, line: CommandLine): Promise<number> {
  const { output, files } = keys.rooms.runtime
  if (!line.has('yes') && !output.isTerminal) {
    throw new CommandError('This writes secrets; say --yes where nobody looks on', EXIT.usage)
  }
  const path = line.arguments[1]
  const toText = FORMATS[formatOf(line.text('format'), path)]
  const meant = keysMeant(keys, line)
  const text = toText(meant.map((key) => toExported(key, keys.ring)))
  if (path === undefined || path === '-') output.write(text)
  else await files.write(path, text, 0o600)
  await output.flushed()
  return EXIT.ok
}

function formatOf(stated: string | undefined, path = ''): keyof typeof FORMATS {
  const name = stated ?? /\.(json|csv)$/.exec(path)?.[1] ?? 'text'
  if (Object.hasOwn(FORMATS, name)) return name as keyof typeof FORMATS
  throw new CommandError('--format must be text, json or csv', EXIT.usage)
}

function toExported(managed: ManagedKey, ring: KeyRing): ExportedKey {
  const { id, name, project, weight, tags, note, upstream, disabledSince } = managed
  const [key, proxy] = [ring.reveal(id), ring.proxies.get(id)]
  return { key, name, project, weight, tags, note, proxy, upstream, disabled: disabledSince !== undefined }
}

const CSV_HEAD = 'key,name,project,weight,tags,note,proxy,upstream,disabled'

function toCsvRow(exported: ExportedKey): string {
  const { key, name, project, weight, tags, note, proxy, upstream, disabled } = exported
  return [key, name, project, weight, tags.join(' '), note, proxy, upstream, disabled]
    .map(toCsvCell)
    .join(',')
}

/** RFC 4180, 2.6 and 2.7. */
function toCsvCell(value: string | number | boolean | undefined): string {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
