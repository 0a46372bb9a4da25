import { type ErrorAnswer, type ErrorContext, errorInfo, googleError } from './error-answer.ts'

const SERVICE = 'generativelanguage.googleapis.com'

/** 400 `API_KEY_INVALID` with one of its three texts; Google repeats the key in `DebugInfo`. */
export function keyRefused(message: string, { key }: ErrorContext): ErrorAnswer {
  return googleError('INVALID_ARGUMENT', message, [
    errorInfo('API_KEY_INVALID', { service: SERVICE }),
    { '@type': 'type.googleapis.com/google.rpc.LocalizedMessage', locale: 'en-US', message },
    { '@type': 'type.googleapis.com/google.rpc.DebugInfo', detail: `Invalid API key: ${key}` },
  ])
}

/** 403 `CONSUMER_SUSPENDED`; Google repeats the key in the message and in the metadata. */
export function consumerSuspended({ key, project }: ErrorContext): ErrorAnswer {
  const message = `Permission denied: Consumer 'api_key:${key}' has been suspended.`
  return googleError('PERMISSION_DENIED', message, [
    errorInfo('CONSUMER_SUSPENDED', {
      consumer: `projects/${project}`,
      containerInfo: `api_key:${key}`,
      service: SERVICE,
    }),
    { '@type': 'type.googleapis.com/google.rpc.LocalizedMessage', locale: 'en-US', message },
  ])
}

/** 403 `SERVICE_DISABLED`: the API is not switched on in the project. */
export function serviceDisabled({ project }: ErrorContext): ErrorAnswer {
  const url = `https://console.developers.google.com/apis/api/${SERVICE}/overview?project=${project}`
  const message =
    `Generative Language API has not been used in project ${project} before or it is disabled. ` +
    `Enable it by visiting ${url} then retry. If you enabled this API recently, wait a few minutes ` +
    'for the action to propagate to our systems and retry.'
  return googleError('PERMISSION_DENIED', message, [
    {
      '@type': 'type.googleapis.com/google.rpc.Help',
      links: [{ description: 'Google developers console API activation', url }],
    },
    errorInfo('SERVICE_DISABLED', { service: SERVICE, consumer: `projects/${project}`, activationUrl: url }),
  ])
}

/** 403 for a key whose restrictions forbid this call. */
export function keyRestricted(
  reason: 'API_KEY_SERVICE_BLOCKED' | 'API_KEY_HTTP_REFERRER_BLOCKED' | 'API_KEY_IP_ADDRESS_BLOCKED',
  context: ErrorContext,
): ErrorAnswer {
  const method = `google.ai.generativelanguage.${context.version}.GenerativeService.${pascal(context.operation)}`
  const message = {
    API_KEY_SERVICE_BLOCKED: `Requests to this API ${SERVICE} method ${method} are blocked.`,
    API_KEY_HTTP_REFERRER_BLOCKED: 'Requests from referer <empty> are blocked.',
    API_KEY_IP_ADDRESS_BLOCKED:
      'The provided API key has an IP address restriction. The originating IP address of the call (192.0.2.1) violates this restriction.',
  }[reason]
  return googleError('PERMISSION_DENIED', message, [
    errorInfo(reason, { consumer: `projects/${context.project}`, service: SERVICE, methodName: method }),
  ])
}

/** 401 `ACCESS_TOKEN_TYPE_UNSUPPORTED`: a key where an OAuth token belongs, or an unusable one. */
export function tokenUnsupported({ version, operation }: ErrorContext): ErrorAnswer {
  const method = `google.ai.generativelanguage.${version}.GenerativeService.${pascal(operation)}`
  const message =
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other ' +
    'valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.'
  return googleError('UNAUTHENTICATED', message, [
    errorInfo('ACCESS_TOKEN_TYPE_UNSUPPORTED', { service: SERVICE, method }),
  ])
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
