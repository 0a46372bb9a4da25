import { GatewayError, type GoogleError } from '../errors.ts'

/** What Google says of a resource that is not there, for one that is another client's. */
export function notTheirs(): GatewayError {
  return asGoogle(404, { message: 'Requested entity was not found.', status: 'NOT_FOUND' })
}

/** What Google says of a resource that a request uses and may not. */
export function notPermitted(name: string): GatewayError {
  const [collection, id = ''] = name.split('/')
  if (collection !== 'files') return notTheirs()
  return asGoogle(403, {
    message: `You do not have permission to access the File ${id} or it may not exist.`,
    status: 'PERMISSION_DENIED',
  })
}

/** No key can see both; `keepsFiles` where the gateway might have had one to upload again. */
export function twoProjects(one: string, other: string, keepsFiles = false): GatewayError {
  const unkept = keepsFiles ? ', nor did the gateway keep what it would take to upload one of them again' : ''
  return new GatewayError(
    'invalid_request',
    `${one} and ${other} belong to two different Google projects, and no key can use both in one request${unkept}; make one of them again in a request that names the other`,
    { code: 'two_projects' },
  )
}

function asGoogle(status: number, error: GoogleError): GatewayError {
  return new GatewayError('upstream_refused', error.message ?? '', {
    upstream: { status, error: { code: status, ...error } },
  })
}
