import { Buffer } from 'node:buffer'
import { hidesLetters, plainJson, referenceAround } from './names-in-bytes.ts'

/**
 * A JSON body in which resources are called by other names, wherever it refers to them; every other byte is as it
 * was. `renames` has names such as `files/abc`, and gives one of the same collection for each.
 */
export function renamedInBytes(bytes: Uint8Array, renames: ReadonlyMap<string, string>): Uint8Array {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const spots = spotsOf(body, renames)
  const isMissing = new Set(spots.map(({ name }) => name)).size < renames.size
  if (!isMissing || !hidesLetters(body)) return withIds(body, spots)
  const plain = plainJson(body)
  return withIds(plain, spotsOf(plain, renames))
}

interface Spot {
  readonly name: string
  /** Where the id begins that gives way, and how long it is. */
  readonly at: number
  readonly length: number
  readonly id: string
}

function spotsOf(body: Buffer, renames: ReadonlyMap<string, string>): readonly Spot[] {
  const spots: Spot[] = []
  for (const [name, other] of renames) {
    const id = idOf(name)
    for (let at = body.indexOf(id); at >= 0; at = body.indexOf(id, at + id.length)) {
      const isId = body[at - 1] === SLASH && referenceAround(body, at) === name
      if (isId) spots.push({ name, at, length: id.length, id: idOf(other) })
    }
  }
  return spots.toSorted((one, next) => one.at - next.at)
}

function withIds(body: Buffer, spots: readonly Spot[]): Uint8Array {
  const pieces: Uint8Array[] = []
  let from = 0
  for (const { at, length, id } of spots) {
    pieces.push(body.subarray(from, at), Buffer.from(id))
    from = at + length
  }
  return Buffer.concat([...pieces, body.subarray(from)])
}

function idOf(name: string): string {
  return name.slice(name.indexOf('/') + 1)
}

const SLASH = 0x2f
