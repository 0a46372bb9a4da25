import { createHash, randomBytes } from 'node:crypto'
import type { Settings } from '../settings/settings.ts'
import { SettingsError } from '../settings/settings-error.ts'
import type { TokenRecord, TokenRecords } from '../store.ts'

/** Who holds a token. */
export interface Holder {
  readonly kind: 'client' | 'admin'
  readonly name: string
}

/** A token made just now: the only time its text is known. */
export interface MadeToken extends Holder {
  readonly token: string
}

/** Everyone who may call, known by the hashes of their tokens. */
export interface Clients {
  /**
   * Who holds this token. Answers from memory; a token that was made or replaced in the store meanwhile
   * counts within about a second of use.
   */
  identify(token: string): Holder | undefined
  /** Tokens that were made because there were none; to be shown once. */
  readonly made: readonly MadeToken[]
}

/** Where tokens come from. */
export interface ClientsOptions {
  readonly configured: Settings['clients']
  readonly adminToken: string | undefined
  readonly records: TokenRecords
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

const READ_AGAIN_MILLISECONDS = 1000

/** Throws a SettingsError when one configured token stands for two names, and what the store throws at first reading. */
export async function createClients(options: ClientsOptions): Promise<Clients> {
  const { records, now = Date.now } = options
  const configured = configuredHolders(options)
  const made = await makeMissing(options)
  let kept = toHolders(await records.list())
  let readAt = now()

  function readAgain(): void {
    if (now() - readAt < READ_AGAIN_MILLISECONDS) return
    readAt = now()
    records.list().then(
      (list) => {
        kept = toHolders(list)
      },
      () => {}, // what was read before stays good; the next use tries again
    )
  }

  return {
    made,
    identify(token) {
      const hash = hashToken(token)
      const holder = configured.get(hash)
      if (holder) return holder
      readAgain()
      return kept.get(hash)
    },
  }
}

/** Makes a token, keeps its hash in place of an older token of this kind and name, and returns its text. */
export async function makeToken(
  records: TokenRecords,
  { kind, name }: Holder,
  now: () => number = Date.now,
): Promise<MadeToken> {
  const token = PREFIX_OF[kind] + randomBytes(30).toString('base64url')
  await records.put({ kind, name, hash: hashToken(token), createdAt: now() })
  return { kind, name, token }
}

const PREFIX_OF: Record<Holder['kind'], string> = { admin: 'ga-', client: 'sk-' }

/** SHA-256 in hexadecimal. */
function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function configuredHolders({ configured, adminToken }: ClientsOptions): Map<string, Holder> {
  const holders = new Map<string, Holder>()
  const setting = new Map<string, string>()
  const add = (token: string, holder: Holder, name: string) => {
    const hash = hashToken(token.trim())
    const other = setting.get(hash)
    if (other) throw new SettingsError([`Settings "${other}" and "${name}" hold the same token`])
    setting.set(hash, name)
    holders.set(hash, holder)
  }
  if (adminToken !== undefined) add(adminToken, { kind: 'admin', name: 'admin' }, 'server.adminToken')
  for (const [index, { name, token }] of configured.entries()) {
    add(token, { kind: 'client', name }, `clients[${index}].token`)
  }
  return holders
}

async function makeMissing(options: ClientsOptions): Promise<MadeToken[]> {
  const { configured, adminToken, records, now } = options
  const kept = await records.list()
  const has = (kind: Holder['kind']) => kept.some((token) => token.kind === kind)
  const made: MadeToken[] = []
  if (adminToken === undefined && !has('admin')) {
    made.push(await makeToken(records, { kind: 'admin', name: 'admin' }, now))
  }
  if (configured.length === 0 && !has('client')) {
    made.push(await makeToken(records, { kind: 'client', name: 'default' }, now))
  }
  return made
}

function toHolders(list: readonly TokenRecord[]): Map<string, Holder> {
  return new Map(list.map(({ hash, kind, name }) => [hash, { kind, name }]))
}
