/** A text as a 32-bit number, spread evenly (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return mixed(hash)
}

/**
 * How high a way stands with a key, as a 32-bit number: the way that stands highest is the key's own (rendezvous
 * hashing, Thaler and Ravishankar 1996). Taking one way of ten out moves the keys that were its own, and no other.
 */
export function rankOf(keySeed: number, waySeed: number): number {
  return mixed(Math.imul(keySeed ^ waySeed, 0x9e3779b1) ^ (waySeed >>> 15))
}

/** The end of MurmurHash3. */
function mixed(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
