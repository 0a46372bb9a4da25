import { randomUUID } from 'node:crypto'
import { GatewayError } from '../errors.ts'
import { withoutCredentials } from '../http/credential.ts'

/** Where an upload goes on. */
export interface UploadAddress {
  /** Names the upload to us. */
  readonly id: string
  /** At Google, path and query as the upstream takes them. */
  readonly path: string
  /** With us, path and query after the client's own prefix. */
  readonly ours: string
}

/**
 * Reads the address that Google gave for an upload; throws a GatewayError where it is not of the upstream at
 * `baseUrl`: a key must never be sent anywhere else.
 */
export function toUploadAddress(stated: string, baseUrl: string): UploadAddress {
  const url = URL.parse(stated)
  const base = new URL(baseUrl)
  const prefix = base.pathname.replace(/\/+$/, '')
  if (url?.origin !== base.origin || !url.pathname.startsWith(`${prefix}/`))
    throw new GatewayError('bad_upstream', 'Google named an address for the upload that is not its own')
  const place = url.pathname.slice(prefix.length)
  const query = withoutCredentials(url.search)
  const known = url.searchParams.get('upload_id')
  const id = known ?? randomUUID()
  const extended = known === null ? `${query || '?'}${query && '&'}upload_id=${id}` : query
  return { id, path: place + query, ours: toServed(place) + extended }
}

/** The upload that a request goes on with, as `Ownership` names it; undefined where it is about none. */
export function uploadOf({ pathname, searchParams }: URL): string | undefined {
  const id = searchParams.get('upload_id')
  const isUploads = /^(\/gemini)?(\/v1(beta|alpha)?)*\/upload\//.test(pathname.replaceAll(/\/{2,}/g, '/'))
  return isUploads && id !== null ? toUploadName(id) : undefined
}

/** An upload's name among the resources. */
export function toUploadName(id: string): string {
  return `uploads/${id}`
}

/** Google may let an upload go on at a path that the gateway does not serve. */
function toServed(place: string): string {
  return place.startsWith('/upload/') ? place : '/upload/v1beta/files'
}
