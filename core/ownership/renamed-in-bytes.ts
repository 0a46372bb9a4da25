import { Buffer } from 'node:buffer'
import { hidesLetters, namesInBytes, plainJson, referenceAround } from './names-in-bytes.ts'
import { createToldValues } from './told-values.ts'

/**
 * A JSON body in which resources are called by other names, wherever it refers to them; every other byte is as it
 * was, unless letters of a name are hidden in escapes. `renames` has names such as `files/abc`.
 */
export function renamedInBytes(bytes: Uint8Array, renames: ReadonlyMap<string, string>): Uint8Array {
  const renamed = withOthers(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), renames)
  const isLeft = hidesLetters(renamed) && namesInBytes(renamed).some((name) => renames.has(name))
  return isLeft ? withOthers(plainJson(renamed), renames) : renamed
}

function withOthers(body: Buffer, renames: ReadonlyMap<string, string>): Buffer {
  const pieces: Uint8Array[] = []
  let from = 0
  for (const { at, spelling, other } of spotsOf(body, renames)) {
    pieces.push(body.subarray(from, at), Buffer.from(other))
    from = at + spelling.length
  }
  return pieces.length === 0 ? body : Buffer.concat([...pieces, body.subarray(from)])
}

/** Where a name gives way to another. */
interface Spot {
  readonly at: number
  readonly spelling: string
  readonly other: string
}

function spotsOf(body: Buffer, renames: ReadonlyMap<string, string>): readonly Spot[] {
  const spots: Spot[] = []
  const isTold = createToldValues(body)
  for (const [name, other] of renames) {
    for (const spell of SPELLINGS) {
      const spelling = spell(name)
      for (let at = body.indexOf(spelling); at >= 0; at = body.indexOf(spelling, at + spelling.length)) {
        if (referenceAround(body, at, isTold) === name) spots.push({ at, spelling, other: spell(other) })
      }
    }
  }
  return spots.toSorted((one, next) => one.at - next.at)
}

/** JSON may write a slash as an escape. */
const SPELLINGS = [(name: string) => name, (name: string) => name.replace('/', '\\/')]
