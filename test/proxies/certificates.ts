import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One of the certificates and keys that tests alone use, as PEM. They are good until 2126, and for nothing else. */
export function pem(name: 'authority' | 'server' | 'server-key' | 'elsewhere'): string {
  return readFileSync(fileURLToPath(new URL(`../fixtures/tls/${name}.pem`, import.meta.url)), 'utf8')
}

/** The authority that signed the others: `server` for localhost, `elsewhere` for another host. */
export const AUTHORITY = pem('authority')
