import { Buffer } from 'node:buffer'
import type { Part } from '../canonical.ts'
import { refuse, shown } from './request-values.ts'

/** Bytes in a request, as Google takes them. */
export interface InlineData {
  readonly mimeType: string
  /** Standard base64 with padding. */
  readonly data: string
}

/** What a URL stands for: the bytes of a data URL, or a reference that is followed before or at Google. */
export function toMediaPart(url: string, param: string): Part {
  if (/^data:/i.test(url)) return { inlineData: readDataUrl(url, param) }
  if (url.startsWith('gs://') || isWebAddress(url)) {
    const fileData = { ...mimeTypeOf(url), fileUri: url }
    PLACES.set(fileData, param)
    return { fileData }
  }
  return refuse('unsupported_value', param, `'${param}' must be an https or data URL, not ${shown(url)}`)
}

/** The canonical form has no room for them. */
const PLACES = new WeakMap<object, string>()

/** Where in the client's request the address of a `fileData` stands, as long as that is the very one `toMediaPart` made. */
export function placeOfReference(fileData: object): string | undefined {
  return PLACES.get(fileData)
}

/** The bytes of a data URL (RFC 2397), in base64 or percent-encoded. */
export function readDataUrl(url: string, param: string): InlineData {
  const comma = url.indexOf(',')
  // A media type with its parameters is short; what is longer is no data URL.
  const [, type = '', coding] =
    (comma < MAX_HEADER && /^data:([^;,]*)(?:;[^;,]*?)*?(;\s*base64)?$/i.exec(url.slice(0, comma))) || []
  if (comma < 0 || !(type === '' || /^[\w.+-]+\/[\w.+-]+$/.test(type.trim())))
    refuse('invalid_value', param, `'${param}' is not a data URL: data:MEDIA/TYPE;base64,BYTES`)
  const mimeType = type.trim().toLowerCase() || 'text/plain'
  const rest = url.slice(comma + 1)
  return { mimeType, data: coding ? toBase64(rest, param) : encodedText(rest, param) }
}

const MAX_HEADER = 300

/** Base64 as clients write it (URL-safe, broken into lines, without padding) in the standard form. */
export function toBase64(text: string, param: string): string {
  const isStandard = text.length % 4 === 0 && STANDARD.test(text)
  const data = isStandard ? text : repaired(text)
  if (data === '' || !(isStandard || STANDARD.test(data)) || data.length % 4 !== 0)
    refuse('invalid_value', param, `'${param}' is not valid base64`)
  return data
}

const STANDARD = /^[A-Za-z0-9+/]+={0,2}$/

function repaired(text: string): string {
  const bare = text
    .replace(/\s|%0[AaDd]/g, '')
    .replaceAll('%2B', '+')
    .replaceAll('%2F', '/')
    .replaceAll('%3D', '=')
    .replace(/=+$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
  return bare.padEnd(Math.ceil(bare.length / 4) * 4, bare.length % 4 === 1 ? '!' : '=')
}

function encodedText(text: string, param: string): string {
  try {
    return Buffer.from(decodeURIComponent(text)).toString('base64')
  } catch {
    return refuse('invalid_value', param, `'${param}' is not a valid data URL`)
  }
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url)
}

function mimeTypeOf(url: string): { mimeType?: string } {
  const mimeType = mimeTypeOfName(url.replace(/[?#].*$/s, ''))
  return mimeType === undefined ? {} : { mimeType }
}

/** The media type that a file's name tells, by its extension. */
export function mimeTypeOfName(name: string): string | undefined {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(MIME_TYPES, extension) ? MIME_TYPES[extension] : undefined
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  aiff: 'audio/aiff',
  avi: 'video/x-msvideo',
  csv: 'text/csv',
  flac: 'audio/flac',
  heic: 'image/heic',
  heif: 'image/heif',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  m4a: 'audio/mp4',
  md: 'text/markdown',
  mov: 'video/quicktime',
  mp3: 'audio/mp3',
  mp4: 'video/mp4',
  mpeg: 'video/mpeg',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
  xml: 'text/xml',
}
