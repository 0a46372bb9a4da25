import { Buffer } from 'node:buffer'

/** How files begin, a character a byte, by what they are. The first row that fits holds. */
const MAGIC: readonly (readonly [type: string, beginning: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF.{4}WEBP/s],
  ['audio/wav', /^RIFF.{4}WAVE/s],
  ['video/x-msvideo', /^RIFF.{4}AVI /s],
  ['image/heic', /^.{4}ftyp(heic|heix|hevc|heim)/s],
  ['image/heif', /^.{4}ftyp(mif1|msf1)/s],
  ['image/avif', /^.{4}ftypavi[fs]/s],
  ['audio/mp4', /^.{4}ftypM4[AB]/s],
  ['video/quicktime', /^.{4}ftypqt/s],
  ['video/3gpp', /^.{4}ftyp3g/s],
  ['video/mp4', /^.{4}ftyp/s],
  ['video/webm', /^.E\xdf\xa3/s],
  ['application/pdf', /^%PDF-/],
  ['audio/mp3', /^(ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb])/],
  ['audio/aac', /^\xff[\xf0\xf1\xf8\xf9]/],
  ['audio/flac', /^fLaC/],
  ['audio/ogg', /^OggS/],
  ['audio/aiff', /^FORM.{4}AIF[FC]/s],
  ['text/html', /^(\xef\xbb\xbf)?\s*(<!--.{0,300}?-->\s*)?<(!doctype html|html|head|body)\b/is],
]

const READ = 512
const KNOWN = new Set(MAGIC.map(([type]) => type))
/** Other names that servers have for the same. */
const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'audio/mpeg': 'audio/mp3',
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-m4a': 'audio/mp4',
  'audio/x-flac': 'audio/flac',
  'audio/x-aiff': 'audio/aiff',
  'application/x-pdf': 'application/pdf',
}

/**
 * What fetched bytes are: by their first bytes, which do not lie; where those tell nothing, by the header, and
 * where that tells nothing either, by what the client expects. Undefined for what is none of these: a header that
 * promises a picture over bytes that are none, and a web page that nobody asked for.
 */
export function mediaTypeOf(
  bytes: Uint8Array,
  header: string | null,
  expected: string | undefined,
): string | undefined {
  const found = sniff(bytes)
  if (found === 'text/html') return expected === found ? found : undefined
  if (found !== undefined) return found
  const stated = bare(header)
  return (
    [stated, bare(expected ?? null)].find((type) => type !== undefined && TEXTUAL.test(type)) ?? other(stated)
  )
}

/** A kind of media whose first bytes nobody here knows. */
function other(stated: string | undefined): string | undefined {
  return stated !== undefined && MEDIA.test(stated) && !KNOWN.has(stated) ? stated : undefined
}

const TEXTUAL = /^(text\/(?!html$)[\w.+-]+|application\/(json|xml|yaml|x-yaml|javascript|x-javascript|rtf))$/
const MEDIA = /^(image|audio|video)\/[\w.+-]+$/

/** A header's media type without its parameters, by its usual name. */
function bare(header: string | null): string | undefined {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase()
  return type === undefined || type === '' ? undefined : (ALIASES[type] ?? type)
}

function sniff(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.subarray(0, READ)).toString('latin1')
  return MAGIC.find(([, beginning]) => beginning.test(text))?.[0]
}
