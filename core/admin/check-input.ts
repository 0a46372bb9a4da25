import type { Static, TObject } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { GatewayError } from '../errors.ts'
import { parseJson } from '../http/parse-json.ts'
import { type BodyLimits, readRequestBody } from '../http/request-body.ts'
import { checkSettings, type SettingProblem } from '../settings/check-settings.ts'
import { didYouMean } from '../settings/nearest-name.ts'

/** The JSON body of a request, checked and with its defaults; no body is an empty object. Throws `invalid_request`. */
export async function readBody<Schema extends TObject>(
  request: Request,
  schema: Schema,
  limits: BodyLimits,
): Promise<Static<Schema>> {
  const { bytes, release } = await readRequestBody(request, limits)
  try {
    return checked(schema, bytes.length === 0 ? {} : parseJson(bytes), 'The body')
  } finally {
    release()
  }
}

/** The query of an address, checked and with its defaults; numbers and `true` are read from their texts. */
export function readQuery<Schema extends TObject>(url: URL, schema: Schema): Static<Schema> {
  for (const name of new Set(url.searchParams.keys())) {
    if (url.searchParams.getAll(name).length > 1)
      throw new GatewayError('invalid_request', `"${name}" may be given once only`, { param: name })
  }
  const texts = Object.fromEntries(url.searchParams)
  return checked(schema, Value.Convert(schema, texts), 'The query')
}

/** The value with its defaults, where it fits the schema; else a GatewayError `invalid_request` that names the field. */
export function checked<Schema extends TObject>(
  schema: Schema,
  value: unknown,
  what: string,
): Static<Schema> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GatewayError('invalid_request', `${what} must be an object`)
  }
  const [problem] = checkSettings(schema, value)
  if (problem !== undefined)
    throw new GatewayError('invalid_request', toSentence(problem), { param: problem.path })
  return Value.Default(schema, value) as Static<Schema>
}

function toSentence(problem: SettingProblem): string {
  const { path, kind } = problem
  if (kind === 'missing') return `"${path}" is missing, but must be ${problem.must}`
  if (kind === 'wrong') return `"${path}" is ${problem.was}, but must be ${problem.must}`
  return `"${path}" is not known here${didYouMean(problem.nearest)}`
}
