import { Buffer } from 'node:buffer'

/** Google takes no more in one `batchEmbedContents`. */
const MOST_MEMBERS = 100
/** Google refuses bodies above 4 MiB; this leaves room for what stands around the members. */
const MOST_BYTES = 4_000_000

/** The members in groups that Google takes at once, in their order. A member that is too long for any has its own. */
export function toBatches<Member extends object>(members: readonly Member[]): Member[][] {
  const batches: Member[][] = []
  let room = 0
  for (const member of members) {
    const bytes = Buffer.byteLength(JSON.stringify(member)) + 1
    const last = batches.at(-1)
    if (last && last.length < MOST_MEMBERS && bytes <= room) {
      last.push(member)
      room -= bytes
    } else {
      batches.push([member])
      room = MOST_BYTES - bytes
    }
  }
  return batches
}
