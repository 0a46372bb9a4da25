import type { Store } from '../../core/store.ts'
import { openSqliteStore } from './sqlite-store.ts'

/**
 * Opens what `storage.url` names: `sqlite:PATH`, or `sqlite::memory:` for one that forgets. Any other address
 * is refused by an error that names only its scheme, since the rest may hold a password.
 */
export async function openStore(url: string): Promise<Store> {
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : ''
  if (path !== '') return openSqliteStore(path)
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? 'an address without a scheme'
  throw new Error(`storage.url must be sqlite:PATH or sqlite::memory:, not ${scheme}`)
}
