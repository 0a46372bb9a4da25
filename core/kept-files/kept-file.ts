import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const FileCopySchema = Type.Object({
  /** `files/xyz` */
  name: Type.String(),
  /** The key that made it, and its project then. */
  keyId: Type.String(),
  project: Type.String(),
  /** Milliseconds since 1970. */
  expiresAt: Type.Number(),
  /** Google has looked through it. */
  isActive: Type.Boolean(),
})

const KeptFileSchema = Type.Object({
  /** Names its bytes in the folder: chance, and nothing of the file. */
  id: Type.String(),
  /** `files/abc`, as its client knows it, and the key that made it. */
  name: Type.String(),
  keyId: Type.String(),
  displayName: Type.Optional(Type.String()),
  mimeType: Type.String(),
  /** In bytes. */
  length: Type.Number(),
  /** In Google's own words, the same for every copy. */
  sha256Hash: Type.Optional(Type.String()),
  /** False once its bytes had to give way, or are no good; its copies are still known then. */
  hasBytes: Type.Boolean(),
  /** Milliseconds since 1970. */
  usedAt: Type.Number(),
  copies: Type.Array(FileCopySchema),
})

/** The same file, uploaded again to another project. */
export type FileCopy = Static<typeof FileCopySchema>

/** An uploaded file of which the bytes or copies are kept, or were: it is known until it is deleted. */
export type KeptFile = Static<typeof KeptFileSchema>

/** What was saved as a kept file; undefined for anything else. */
export function toKeptFile(saved: unknown): KeptFile | undefined {
  return Value.Check(KeptFileSchema, saved) ? saved : undefined
}

/** What Google says of a file in the answer that ends its upload; undefined where it says too little to keep it. */
export function readUploaded(
  answer: unknown,
): Pick<KeptFile, 'name' | 'displayName' | 'mimeType' | 'length' | 'sha256Hash'> | undefined {
  if (!Value.Check(UploadedSchema, answer)) return undefined
  const { name, displayName, mimeType, sizeBytes, sha256Hash } = answer.file
  return {
    name,
    mimeType,
    length: Number(sizeBytes),
    ...(displayName !== undefined && { displayName }),
    ...(sha256Hash !== undefined && { sha256Hash }),
  }
}

/** https://ai.google.dev/api/files#File */
const UploadedSchema = Type.Object({
  file: Type.Object({
    name: Type.String({ pattern: '^files/[\\w.-]+$' }),
    displayName: Type.Optional(Type.String()),
    // It goes into a header.
    mimeType: Type.String({ pattern: '^[ -~]+$' }),
    sizeBytes: Type.String({ pattern: '^\\d+$' }),
    sha256Hash: Type.Optional(Type.String()),
  }),
})
