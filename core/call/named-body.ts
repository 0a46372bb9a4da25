import { Buffer } from 'node:buffer'
import type { RequestBody } from '../http/request-body.ts'

/**
 * A JSON body in which a model has Google's name wherever Google's methods repeat it, with or without `models/`: on
 * top, in each of several requests, in a request within. What people and models say is left alone. The same body
 * where the name is not in it.
 */
export function withNameInBody(body: RequestBody, stated: string, model: string): RequestBody {
  if (
    stated === '' ||
    !Buffer.from(body.bytes.buffer, body.bytes.byteOffset, body.bytes.length).includes(stated)
  )
    return body
  try {
    const renamed = rename(JSON.parse(new TextDecoder().decode(body.bytes)), stated, model)
    return { ...body, bytes: new TextEncoder().encode(JSON.stringify(renamed)) }
  } catch {
    return body // Google says what is wrong with it
  }
}

const SAID = new Set([
  'contents',
  'content',
  'input',
  'systemInstruction',
  'system_instruction',
  'messages',
  'tools',
])

function rename(value: unknown, stated: string, model: string): unknown {
  if (Array.isArray(value)) return value.map((each) => rename(each, stated, model))
  if (typeof value !== 'object' || value === null) return value
  const renamed = Object.entries(value).map(([name, inner]) => {
    if (name === 'model' && inner === stated) return [name, model]
    if (name === 'model' && inner === `models/${stated}`) return [name, `models/${model}`]
    return [name, SAID.has(name) ? inner : rename(inner, stated, model)]
  })
  return Object.fromEntries(renamed)
}
