import type { Part } from '../../../core/canonical.ts'
import { isRecord } from '../../../core/codec/request-values.ts'
import { toExtraContent } from '../signatures.ts'
import type { Included } from './asked.ts'
import type { OutputLog, Place } from './output-log.ts'

type Fields = Readonly<Record<string, unknown>>

/** Code that the model runs, until it is known what it printed. */
export interface OpenCode {
  readonly kind: 'code'
  readonly place: Place
  readonly code: string
  readonly signature: string | undefined
}

/** Tells code that Google runs. */
export function beginCode(
  log: OutputLog,
  { executableCode, thoughtSignature }: Part,
  container: string,
): OpenCode {
  const stated = isRecord(executableCode) ? executableCode.code : undefined
  const code = typeof stated === 'string' ? stated : ''
  const fields = { status: 'in_progress', code: '', container_id: container, outputs: null }
  const place = log.begin('ci', 'code_interpreter_call', fields)
  log.emit('response.code_interpreter_call.in_progress', { ...place })
  log.emit('response.code_interpreter_call_code.delta', { ...place, delta: code })
  log.emit('response.code_interpreter_call_code.done', { ...place, code })
  log.emit('response.code_interpreter_call.interpreting', { ...place })
  return { kind: 'code', place, code, signature: thoughtSignature }
}

/** Ends it with what it printed; `undefined` where that is not told. */
export function endCode(
  log: OutputLog,
  { place, code, signature }: OpenCode,
  container: string,
  logs: string | undefined,
): void {
  log.emit('response.code_interpreter_call.completed', { ...place })
  const outputs = logs === undefined ? null : [{ type: 'logs', logs }]
  const fields = { status: 'completed', code, container_id: container, outputs, ...extraOf(signature) }
  log.end(place, 'code_interpreter_call', fields)
}

/** Tells a picture. */
export function addPicture(log: OutputLog, data: Fields, signature: string | undefined): void {
  const place = log.begin('ig', 'image_generation_call', { status: 'in_progress', result: null })
  log.emit('response.image_generation_call.in_progress', { ...place })
  log.emit('response.image_generation_call.generating', { ...place })
  log.emit('response.image_generation_call.completed', { ...place })
  const output_format = String(data.mimeType ?? '').replace(/^image\//, '') || 'png'
  const fields = { status: 'completed', result: data.data, output_format, ...extraOf(signature) }
  log.end(place, 'image_generation_call', fields)
}

function extraOf(signature: string | undefined): Fields {
  return signature === undefined ? {} : { extra_content: toExtraContent(signature) }
}

/** What Google searched for, and where it found something. */
export interface Search {
  readonly queries: readonly string[]
  readonly urls: readonly string[]
  /** What the model must be told again of it. */
  readonly parts?: readonly Part[]
}

/** Tells a search that is over. */
export function addSearch(log: OutputLog, { queries, urls, parts }: Search, include: Included): void {
  const place = log.begin('ws', 'web_search_call', { status: 'in_progress' })
  for (const step of ['in_progress', 'searching', 'completed'])
    log.emit(`response.web_search_call.${step}`, { ...place })
  const sources = urls.map((url) => ({ type: 'url', url }))
  const action = {
    type: 'search',
    query: queries[0] ?? '',
    queries,
    ...(include.searchSources && { sources }),
  }
  const extra = parts ? { extra_content: { google: { parts } } } : {}
  log.end(place, 'web_search_call', { status: 'completed', action, ...extra })
}
