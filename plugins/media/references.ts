import type { Content, GenerateContentRequest, Part } from '../../core/canonical.ts'

/** Something that a conversation names by its address on the web, outside Google. */
export interface Reference {
  readonly url: string
  /** What its name says that it is. */
  readonly mimeType: string | undefined
  /** It stands in the last turn of the user. */
  readonly isCurrent: boolean
}

/** Every reference of a request, in order; none is followed. */
export function referencesIn({ contents = [] }: GenerateContentRequest): Reference[] {
  const current = contents.findLastIndex(({ role }) => role !== 'model')
  return contents.flatMap(({ parts = [] }, turn) =>
    parts.flatMap((part) => {
      const reference = referenceOf(part)
      return reference ? [{ ...reference, isCurrent: turn === current }] : []
    }),
  )
}

/** A request with other parts in the place of those that are references. */
export function withReferences(
  request: GenerateContentRequest,
  replace: (url: string, part: Part) => Part,
): GenerateContentRequest {
  const toParts = ({ parts }: Content) =>
    parts?.map((part) => {
      const reference = referenceOf(part)
      return reference ? replace(reference.url, part) : part
    })
  return {
    ...request,
    contents: request.contents?.map((content) => ({ ...content, parts: toParts(content) })),
  }
}

function referenceOf({ fileData }: Part): Omit<Reference, 'isCurrent'> | undefined {
  if (typeof fileData !== 'object' || fileData === null) return undefined
  const { fileUri, mimeType } = fileData as { readonly fileUri?: unknown; readonly mimeType?: unknown }
  if (typeof fileUri !== 'string' || !/^https?:/i.test(fileUri) || isGoogles(fileUri)) return undefined
  return { url: fileUri, mimeType: typeof mimeType === 'string' ? mimeType : undefined }
}

/** What Google gets by itself: files that were uploaded to it, and videos of YouTube. */
function isGoogles(uri: string): boolean {
  return HOSTS.has(URL.parse(uri)?.hostname ?? '')
}

const HOSTS = new Set([
  'generativelanguage.googleapis.com',
  'www.youtube.com',
  'youtube.com',
  'm.youtube.com',
  'youtu.be',
])
