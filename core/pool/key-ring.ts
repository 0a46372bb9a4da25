import { createHash } from 'node:crypto'
import type { Key } from '../keys.ts'
import type { Redactor } from '../log/redactor.ts'
import { secretsOfProxy } from '../ways/proxy-address.ts'

/** The only holder of secrets. It forgets none: a call may still hold a key that was removed. */
export interface KeyRing {
  /** Keeps a key's secret, and makes it known to the redactor. */
  add(key: Pick<Key, 'id' | 'name'>, secret: string): void
  /** Puts the key's credential into `headers`, as `x-goog-api-key`. Throws for a key that was never added. */
  authorize(headers: Record<string, string>, key: Key): void
  /** Keeps the address of a key's own proxy, user and password included; undefined takes it away. */
  setProxy(id: string, proxy: string | undefined): void
  /** Key id → the address of its own proxy. */
  readonly proxies: ReadonlyMap<string, string>
  /** The secret itself, for the operator's eyes. Throws for a key that was never added. */
  reveal(id: string): string
}

/** A ring that holds nothing. */
export function createKeyRing(redactor: Redactor): KeyRing {
  const secrets = new Map<string, string>()
  const proxies = new Map<string, string>()

  function reveal(id: string): string {
    const secret = secrets.get(id)
    if (secret === undefined) throw new Error(`No secret is held for key ${id}`)
    return secret
  }

  return {
    add({ id, name }, secret) {
      if (secrets.has(id)) return
      secrets.set(id, secret)
      // A name that holds the secret itself would put it back where it was taken out.
      redactor.add(secret, `key ${name === undefined || name.includes(secret) ? id : name}`)
    },
    authorize(headers, { id }) {
      headers['x-goog-api-key'] = reveal(id)
    },
    setProxy(id, proxy) {
      if (proxy === undefined) return void proxies.delete(id)
      proxies.set(id, proxy)
      for (const text of secretsOfProxy(proxy)) redactor.add(text, 'proxy credentials')
    },
    proxies,
    reveal,
  }
}

/** A key's id: stable over restarts, and the secret cannot be derived from it. */
export function keyIdOf(secret: string): string {
  return `k_${createHash('sha256').update(secret).digest('hex').slice(0, 16)}`
}

/** A secret as a person may see it, `AIzaSy…wxyz`: never more than a third of it. */
export function maskSecret(secret: string): string {
  const shown = Math.min(10, Math.floor(secret.length / 3))
  const head = Math.ceil(shown * 0.6)
  return `${secret.slice(0, head)}…${secret.slice(secret.length - (shown - head))}`
}
