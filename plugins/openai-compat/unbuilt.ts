import { GatewayError } from '../../core/errors.ts'

/** What OpenAI's API has and this gateway does not serve, and what to do instead. */
const UNBUILT = {
  audio: 'ask a model with sound for it by the Gemini API',
  batches: 'make batches by the Gemini API, /v1beta/models/{model}:batchGenerateContent',
  decisions: 'ask by the Gemini API, with x-goog-api-key',
  files: "send the file as a data URL in the message's file_data",
  images: 'ask a model that makes pictures for one in a chat',
  moderations:
    'Gemini rates only what it generates, in words; ask a model in a chat, or read safetyRatings there',
  uploads: 'upload by the Gemini API, /upload/v1beta/files',
} as const

type Unbuilt = keyof typeof UNBUILT

/** Below these the paths of a later plugin go before: nothing is registered for the very path. */
const HOLDERS: ReadonlySet<Unbuilt> = new Set(['audio', 'images'])

/** The paths of what is not served yet, below a prefix. */
export function unbuiltPaths(prefix: string): string[] {
  return (Object.keys(UNBUILT) as Unbuilt[]).flatMap((name) => {
    const path = `${prefix}/${name}`
    return HOLDERS.has(name) ? [`${path}/*`] : [path, `${path}/*`]
  })
}

/** Refuses a request for one of them. */
export function refuseUnbuilt({ url }: Request): never {
  const { pathname } = new URL(url)
  const name = pathname.split('/').find((segment) => Object.hasOwn(UNBUILT, segment)) as Unbuilt
  throw new GatewayError('not_implemented', `${pathname} is not served: ${UNBUILT[name]}`)
}
