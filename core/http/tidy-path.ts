import type { Addressed } from './base-path.ts'

/** The request at the path that was meant: without doubled slashes, and without a version segment twice in a row. */
export function withTidyPath(addressed: Addressed): Addressed {
  const { request, url } = addressed
  if (!UNTIDY.test(url.pathname)) return addressed
  const meant = new URL(url)
  meant.pathname = url.pathname.replaceAll(/\/{2,}/g, '/').replace(VERSIONS, '/$1')
  return { request: new Request(meant, request), url: meant }
}

const UNTIDY = /\/\/|\/(v1(?:beta|alpha)?)\/\1(?:\/|$)/
const VERSIONS = /\/(v1(?:beta|alpha)?)(?:\/\1)+(?=\/|$)/
