import type { Part } from '../../core/canonical.ts'
import { toBase64, toMediaPart } from '../../core/codec/media.ts'
import {
  optional,
  refuse,
  required,
  shown,
  toFilledText,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'
import { type Block, readBlocks, readText } from './blocks-in.ts'

/** A picture: its bytes, or an address that Google resolves by itself. */
export function readImage(block: Block, param: string): Part[] {
  const { source, type, place } = sourceOf(block, param)
  const media = readMedia(source, type, place)
  return media ? [media] : refuseSource(type, place, ['base64', 'url'])
}

/** A document: a PDF, a text, or content of its own; what it is called comes before it. */
export function readDocument(block: Block, param: string): Part[] {
  const title = optional(block, 'title', toText, `${param}.title`)
  const context = optional(block, 'context', toText, `${param}.context`)
  const { source, type, place } = sourceOf(block, param)
  const parts =
    type === 'text'
      ? [{ text: required(source, 'data', toText, `${place}.data`) }]
      : type === 'content'
        ? required(source, 'content', readOwnContent, `${place}.content`)
        : [readMedia(source, type, place) ?? refuseSource(type, place, ['base64', 'text', 'content', 'url'])]
  return [...headed(title, context), ...parts]
}

/** A result of the client's own search, as text. */
export function readSearchResult(block: Block, param: string): Part[] {
  const title = required(block, 'title', toText, `${param}.title`)
  const source = required(block, 'source', toText, `${param}.source`)
  const parts = readBlocks(block.content, `${param}.content`, { text: (each, at) => [readText(each, at)] })
  return [...headed(title, `from ${source}`), ...parts]
}

function sourceOf(block: Block, param: string) {
  const place = `${param}.source`
  const source = required(block, 'source', toRecord, place)
  return { source, place, type: required(source, 'type', toText, `${place}.type`) }
}

function readMedia(source: Block, type: string, place: string): Part | undefined {
  if (type === 'url')
    return toMediaPart(required(source, 'url', toFilledText, `${place}.url`), `${place}.url`)
  if (type === 'file')
    return refuse(
      'unsupported_value',
      `${place}.file_id`,
      'Uploaded files are not served yet: send the content itself as base64',
    )
  if (type !== 'base64') return undefined
  const mimeType = required(source, 'media_type', toFilledText, `${place}.media_type`)
  const data = toBase64(required(source, 'data', toFilledText, `${place}.data`), `${place}.data`)
  return { inlineData: { mimeType, data } }
}

function readOwnContent(content: unknown, param: string): Part[] {
  return readBlocks(content, param, { text: (block, place) => [readText(block, place)], image: readImage })
}

function refuseSource(type: string, place: string, known: readonly string[]): never {
  const list = known.map((each) => `'${each}'`).join(', ')
  return refuse(
    'invalid_value',
    `${place}.type`,
    `'${place}.type' must be one of ${list}, not ${shown(type)}`,
  )
}

function headed(title: string | undefined, context: string | undefined): Part[] {
  const text = [title, context].filter(Boolean).join('\n')
  return text === '' ? [] : [{ text }]
}
