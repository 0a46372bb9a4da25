/** An id of a call, taken apart. */
export interface ToolId {
  /** What Google is told. */
  readonly id: string
  /** The signature of Google's that it carries, and the family of models whose it is. */
  readonly signature?: string
  readonly family?: string
}

/** Longer signatures need a block of their own: clients name files after ids, of 255 characters at most. */
const LONGEST_SIGNATURE = 160

/** The letters and digits of a request's id that ids of calls are made of. */
export function seedOf(callId: string): string {
  return callId.replace(/[^A-Za-z0-9]/g, '').slice(-18)
}

/** Whether a signature finds its place in an id, whose letters are few. */
export function fitsId(signature: string): boolean {
  return signature.length <= LONGEST_SIGNATURE && fromUrlSafe(toUrlSafe(signature)) === signature
}

/** The id of a call of an answer, unique among all answers. */
export function toToolId(seed: string, index: number, signature: string | undefined, family: string): string {
  const id = `toolu_${seed}${String(index).padStart(4, '0')}`
  return signature === undefined ? id : `${id}-${family}-${toUrlSafe(signature)}`
}

/** Takes an id apart; one that was made elsewhere is only an id. */
export function readToolId(text: string): ToolId {
  const [, id, family, encoded] = /^(toolu_[A-Za-z0-9]+)-(\d{1,3})-([\w-]+)$/.exec(text) ?? []
  if (id === undefined || encoded === undefined) return { id: text }
  return { id, family, signature: fromUrlSafe(encoded) }
}

function toUrlSafe(signature: string): string {
  return signature.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromUrlSafe(text: string): string {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/')
  return plain.padEnd(Math.ceil(plain.length / 4) * 4, '=')
}
