import type { BehaviourOf, ErrorBehaviours } from './behaviours.ts'
import { type ErrorAnswer, type ErrorContext, googleError } from './error-answer.ts'
import {
  consumerSuspended,
  keyRefused,
  keyRestricted,
  serviceDisabled,
  tokenUnsupported,
} from './key-errors.ts'
import { quotaExceeded, type Violation } from './quota-errors.ts'

/** The refusal that an error behaviour stands for. */
export function errorOf(behaviour: BehaviourOf<keyof ErrorBehaviours>, context: ErrorContext): ErrorAnswer {
  const project = 'project' in behaviour && behaviour.project ? behaviour.project : context.project
  return ERRORS[behaviour.kind]({ ...context, project }, behaviour as never)
}

/** True for the kinds that are refusals by Google. */
export function isErrorKind(kind: string): kind is keyof ErrorBehaviours {
  return Object.hasOwn(ERRORS, kind)
}

const ERRORS: {
  readonly [Kind in keyof ErrorBehaviours]: (
    context: ErrorContext,
    behaviour: BehaviourOf<Kind>,
  ) => ErrorAnswer
} = {
  keyInvalid: (context) => keyRefused('API key not valid. Please pass a valid API key.', context),
  keyNotFound: (context) => keyRefused('API Key not found. Please pass a valid API key.', context),
  keyExpired: (context) => keyRefused('API key expired. Please renew the API key.', context),
  keyLeaked: () => denied('Your API key was reported as leaked. Please use another API key.'),
  keySuspended: consumerSuspended,
  serviceDisabled,
  keyServiceBlocked: (context) => keyRestricted('API_KEY_SERVICE_BLOCKED', context),
  keyReferrerBlocked: (context) => keyRestricted('API_KEY_HTTP_REFERRER_BLOCKED', context),
  keyAddressBlocked: (context) => keyRestricted('API_KEY_IP_ADDRESS_BLOCKED', context),
  projectDenied: () => denied('Your project has been denied access. Please contact support.'),
  unauthenticated401: tokenUnsupported,
  credits402: () => ({
    code: 402,
    message:
      'Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.',
    status: 'RESOURCE_EXHAUSTED',
  }),
  multipleCredentials: () => invalid('Multiple authentication credentials received. Please pass only one.'),
  unregisteredCallers: () =>
    denied(
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
    ),
  fileNotPermitted: (_, { file = 'abc-123' }) =>
    denied(`You do not have permission to access the File ${file} or it may not exist.`),
  perMinute429: (context, { limit = 10, ...options }) =>
    quota(context, [{ counted: 'requests', window: 'Minute', limit }], options),
  perDay429: (context, { limit = 20, ...options }) =>
    quota(context, [{ counted: 'requests', window: 'Day', limit }], options),
  tokensPerMinute429: (context, { limit = 250_000, ...options }) =>
    quota(context, [{ counted: 'tokens', window: 'Minute', limit }], options),
  severalViolations429: (context, { limit = 10, ...options }) =>
    quota(
      context,
      [
        { counted: 'tokens', window: 'Minute', limit: 250_000 },
        { counted: 'requests', window: 'Minute', limit },
        { counted: 'requests', window: 'Day', limit: limit * 2 },
      ],
      options,
    ),
  limitZero429: (context, options) =>
    quota(
      context,
      [
        { counted: 'requests', window: 'Day', limit: 0 },
        { counted: 'requests', window: 'Minute', limit: 0 },
        { counted: 'tokens', window: 'Minute', limit: 0 },
      ],
      options,
    ),
  bare429: () => exhausted('Resource has been exhausted (e.g. check quota).'),
  queriesPerMinute429: () =>
    exhausted('Resource has been exhausted (e.g. queries per minute limit was reached).'),
  legacy429: ({ project }) =>
    exhausted(
      "Quota exceeded for quota metric 'Generate Content API requests per minute' and limit 'GenerateContent request limit per minute for a region' of service 'generativelanguage.googleapis.com' for consumer " +
        `'project_number:${project}'.`,
    ),
  overloaded503: () => googleError('UNAVAILABLE', 'The model is overloaded. Please try again later.'),
  highDemand503: () =>
    googleError(
      'UNAVAILABLE',
      'This model is currently experiencing high demand. Spikes in demand are usually temporary. Please try again later.',
    ),
  internal500: () =>
    googleError(
      'INTERNAL',
      'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
    ),
  deadline504: () => googleError('DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'),
  region400: () => precondition('User location is not supported for the API use.'),
  freeTierRegion400: () =>
    precondition(
      'Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio.',
    ),
  modelNotFound404: modelNotFound,
  modelClosed404: ({ model }) =>
    googleError(
      'NOT_FOUND',
      `This model models/${model} is no longer available to new users. Please update your code to use a newer model for the latest features and improvements.`,
    ),
  invalidArgument400: (_, { message = 'Request contains an invalid argument.' }) => invalid(message),
  tooLarge413: () => ({
    ...invalid('Request payload size exceeds the limit: 20971520 bytes.'),
    code: 413,
  }),
}

/** The 404 of a model that this version or this method does not know. */
export function modelNotFound({ model, version, operation }: ErrorContext): ErrorAnswer {
  const name = model.includes('/') ? model : `models/${model}`
  return googleError(
    'NOT_FOUND',
    `${name} is not found for API version ${version}, or is not supported for ${operation}. Call ListModels to see the list of available models and their supported methods.`,
  )
}

function quota(
  { model }: ErrorContext,
  violations: readonly Omit<Violation, 'model' | 'tier'>[],
  options: { retrySeconds?: number; retryDelay?: string | null; tier?: 'free' | 'paid' },
): ErrorAnswer {
  const { retrySeconds = 36.429760048, retryDelay, tier } = options
  const named = violations.map((violation) => ({ ...violation, model, tier }))
  return quotaExceeded(named, retrySeconds * 1000, retryDelay)
}

const denied = (message: string) => googleError('PERMISSION_DENIED', message)
const invalid = (message: string) => googleError('INVALID_ARGUMENT', message)
const exhausted = (message: string) => googleError('RESOURCE_EXHAUSTED', message)
const precondition = (message: string) => googleError('FAILED_PRECONDITION', message)
