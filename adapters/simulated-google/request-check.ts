import { checkBody } from './body-check.ts'
import { badRequest, type ErrorAnswer, googleError } from './error-answer.ts'
import type { RequestSchemas } from './request-schemas.ts'
import { fieldOf, isRecord, listOf } from './wire-fields.ts'

const MESSAGES: Record<string, string> = {
  generateContent: 'GenerateContentRequest',
  streamGenerateContent: 'GenerateContentRequest',
  countTokens: 'CountTokensRequest',
  embedContent: 'EmbedContentRequest',
  batchEmbedContents: 'BatchEmbedContentsRequest',
}

/** The request of a method, parsed and found right, or Google's refusal of it. An empty body is an empty message. */
export function checkRequest(
  operation: string,
  body: Buffer,
  schemas: RequestSchemas,
): { request: Record<string, unknown> } | { error: ErrorAnswer } {
  const parsed = parse(body.toString())
  if ('error' in parsed) return parsed
  const faults = checkBody(parsed.value, MESSAGES[operation] ?? '', schemas)
  if (faults.length > 0) return { error: badRequest(faults) }
  const request = isRecord(parsed.value) ? parsed.value : {}
  const error = refusalOf(operation, request)
  return error ? { error } : { request }
}

/** Refuses a query parameter that neither the API nor the method has. */
export function checkQuery(
  operation: string,
  query: URLSearchParams,
  schemas: RequestSchemas,
): ErrorAnswer | undefined {
  const fields = schemas.messages[MESSAGES[operation] ?? '']?.properties ?? {}
  const unknown = [...query.keys()].filter((name) => !QUERY.has(name) && !Object.hasOwn(fields, name))
  if (unknown.length === 0) return undefined
  return badRequest(
    unknown.map((name) => ({
      description: `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
    })),
  )
}

const QUERY = new Set(
  '$.xgafv $alt alt access_token callback fields key oauth_token prettyPrint quotaUser uploadType upload_protocol pageSize pageToken page_size page_token'.split(
    ' ',
  ),
)

function parse(text: string): { value: unknown } | { error: ErrorAnswer } {
  if (text.trim() === '') return { value: {} }
  try {
    return { value: JSON.parse(text) }
  } catch {
    const line = text.split('\n')[0]!.slice(0, 80)
    return {
      error: badRequest([{ description: `Invalid JSON payload received. Unexpected token.\n${line}\n^` }]),
    }
  }
}

function refusalOf(operation: string, request: Record<string, unknown>): ErrorAnswer | undefined {
  if (operation === 'countTokens') return undefined
  if (operation === 'embedContent')
    return listOf(fieldOf(request, 'content')).length > 0 ? undefined : NO_CONTENT
  if (operation === 'batchEmbedContents') return undefined
  return refuseContents(listOf(fieldOf(request, 'contents')))
}

const NO_CONTENT = googleError(
  'INVALID_ARGUMENT',
  '* EmbedContentRequest.content: content is not specified\n',
)

function refuseContents(contents: readonly unknown[]): ErrorAnswer | undefined {
  if (contents.length === 0) return faulty('contents: contents is not specified')
  const faults = contents.flatMap((content, index) => faultsOf(content, `contents[${index}]`))
  if (faults.length > 0) return faulty(...faults)
  const roles = contents.map((content) => fieldOf(content, 'role') ?? 'user')
  const known = roles.every(
    (role) => role === '' || role === 'user' || role === 'model' || role === 'function',
  )
  return known ? undefined : googleError('INVALID_ARGUMENT', 'Please use a valid role: user, model.')
}

function faultsOf(content: unknown, path: string): string[] {
  const parts = listOf(fieldOf(content, 'parts'))
  if (parts.length === 0) return [`${path}.parts: contents.parts must not be empty.`]
  return parts
    .map((part, index) => [part, index] as const)
    .filter(([part]) => !isRecord(part) || Object.keys(part).every((name) => MODIFIERS.has(name)))
    .map(
      ([, index]) =>
        `${path}.parts[${index}].data: required oneof field 'data' must have one initialized field`,
    )
}

/** The fields of a part that are not its data, in both spellings. */
const MODIFIERS = new Set(
  'thought thoughtSignature thought_signature videoMetadata video_metadata mediaResolution media_resolution mediaProcessing media_processing speechMetadata speech_metadata partMetadata part_metadata'.split(
    ' ',
  ),
)

function faulty(...faults: readonly string[]): ErrorAnswer {
  return googleError(
    'INVALID_ARGUMENT',
    faults.map((fault) => `* GenerateContentRequest.${fault}\n`).join(''),
  )
}
