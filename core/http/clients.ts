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
  /** Who holds this token. Answers from memory, which is read again from the store every two seconds. */
  identify(token: string): Holder | undefined
  /** Reads the store again, at most ten times a second: a token that is not known may have been made just now. */
  refresh(): Promise<void>
  /** Tokens that were made because there were none; to be shown once. */
  readonly made: readonly MadeToken[]
}

/** Where tokens come from. */
export interface ClientsOptions {
  readonly configured: Settings['clients']
  readonly adminToken: string | undefined
  readonly records: TokenRecords
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number
}

const READ_AGAIN_MILLISECONDS = 100
const READ_EVERY_MILLISECONDS = 2000

/** Throws a SettingsError when one configured token stands for two names, and what the store throws at first reading. */
export async function createClients(options: ClientsOptions): Promise<Clients> {
  const { records, now = () => performance.now() } = options
  const configured = configuredHolders(options)
  const made = await makeMissing(options)
  let kept = toHolders(await records.list())
  let readAt = now()

  let reading: Promise<void> | undefined

  function refresh(): Promise<void> {
    reading ??= readInTurn().finally(() => {
      reading = undefined
    })
    return reading
  }

  /** Guesses wait for their turn: a token that was made just now is good at its first use, and the store has its rest. */
  async function readInTurn(): Promise<void> {
    await pause(readAt + READ_AGAIN_MILLISECONDS - now())
    readAt = now()
    await read()
  }

  async function read(): Promise<void> {
    try {
      kept = toHolders(await records.list())
    } catch {} // what was read before stays good until the store answers again
  }

  // Calls never wait for it; without it a token that was replaced would stay good until somebody used a wrong one.
  setInterval(refresh, READ_EVERY_MILLISECONDS).unref?.()

  return {
    made,
    identify(token) {
      const hash = hashToken(token)
      return configured.get(hash) ?? kept.get(hash)
    },
    refresh,
  }

  /** The token that was made for want of clients has done its service once there are some. */
  function toHolders(list: readonly TokenRecord[]): Map<string, Holder> {
    const valid = list.filter(
      ({ kind, name }) => kind !== 'client' || name !== MADE || options.configured.length === 0,
    )
    return new Map(valid.map(({ hash, kind, name }) => [hash, { kind, name }]))
  }
}

/** The name of the client that is made where none is configured. */
const MADE = 'default'

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)))
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
  const { configured, adminToken, records } = options
  const kept = await records.list()
  const has = (kind: Holder['kind']) => kept.some((token) => token.kind === kind)
  const made: MadeToken[] = []
  if (adminToken === undefined && !has('admin')) {
    made.push(await makeToken(records, { kind: 'admin', name: 'admin' }))
  }
  if (configured.length === 0 && !has('client')) {
    made.push(await makeToken(records, { kind: 'client', name: MADE }))
  }
  return made
}
