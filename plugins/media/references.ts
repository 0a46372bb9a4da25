import type { Content, GenerateContentRequest, Part } from '../../core/canonical.ts'
import { placeOfReference } from '../../core/codec/media.ts'

/** Something that a conversation names by its address on the web, outside Google. */
export interface Reference {
  readonly url: string
  /** What its name says that it is. */
  readonly mimeType: string | undefined
  /** Where the client's request has it, where that is known. */
  readonly place: string | undefined
  /** It stands in the last turn of the user. */
  readonly isCurrent: boolean
}

/** Every reference of a request, in order, those in the results of tools too; none is followed. */
export function referencesIn({ contents = [] }: GenerateContentRequest): Reference[] {
  const current = contents.findLastIndex(({ role }) => role !== 'model')
  return contents.flatMap(({ parts = [] }, turn) =>
    [...parts, ...parts.flatMap(partsOfResponse)].flatMap((part) => {
      const reference = referenceOf(part)
      return reference ? [{ ...reference, isCurrent: turn === current }] : []
    }),
  )
}

/** A request with something else in the place of each reference. */
export function withReferences(
  request: GenerateContentRequest,
  replace: (url: string, part: Part) => Part,
): GenerateContentRequest {
  const toPart = (part: Part): Part => {
    const reference = referenceOf(part)
    return reference ? replace(reference.url, part) : part
  }
  const toParts = ({ parts }: Content) => parts?.map((part) => withResponse(toPart(part), toPart))
  return {
    ...request,
    contents: request.contents?.map((content) => ({ ...content, parts: toParts(content) })),
  }
}

interface FunctionResponse {
  readonly response?: Readonly<Record<string, unknown>>
  readonly parts?: readonly Part[]
}

/** A tool's result has media beside it, and takes no words there: those go into the result itself. */
function withResponse(part: Part, toPart: (part: Part) => Part): Part {
  const inside = partsOfResponse(part)
  if (!inside.some(referenceOf)) return part
  const { response, ...functionResponse } = part.functionResponse as FunctionResponse
  const parts = inside.map(toPart)
  const lost = parts.flatMap(({ text }) => text ?? [])
  const words = lost.length > 0 ? { lost } : {}
  const kept = parts.filter(({ text }) => text === undefined)
  return {
    ...part,
    functionResponse: { ...functionResponse, response: { ...response, ...words }, parts: kept },
  }
}

function partsOfResponse({ functionResponse }: Part): readonly Part[] {
  const { parts } = (functionResponse ?? {}) as FunctionResponse
  return Array.isArray(parts) ? parts : []
}

function referenceOf({ fileData }: Part): Omit<Reference, 'isCurrent'> | undefined {
  if (typeof fileData !== 'object' || fileData === null) return undefined
  const { fileUri, mimeType } = fileData as { readonly fileUri?: unknown; readonly mimeType?: unknown }
  if (typeof fileUri !== 'string' || !/^https?:/i.test(fileUri) || isGoogles(fileUri)) return undefined
  const place = placeOfReference(fileData)
  return { url: fileUri, place, mimeType: typeof mimeType === 'string' ? mimeType : undefined }
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
