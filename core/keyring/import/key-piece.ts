import { problemOfProxy } from '../../ways/proxy-address.ts'
import type { NewKey } from '../key-change.ts'
import type { Piece } from './parse-keys.ts'

/** A key that can go into a header, or why it cannot. */
export function toPiece(key: NewKey, place: string): Piece {
  if (!/^[\x21-\x7e]+$/.test(key.secret))
    return { place, text: key.secret, why: 'A key is visible ASCII characters without white space' }
  // A key that is meant to go another way must not go out directly instead.
  const problem = key.proxy === undefined ? undefined : problemOfProxy(key.proxy)
  return problem === undefined ? { key } : { place, text: key.secret, why: `Its proxy ${problem}` }
}
