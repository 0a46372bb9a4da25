import { GatewayError } from '../errors.ts'
import type { SilenceWatch } from './silence-watch.ts'

/**
 * Waits for a client's bytes: one that announces a body and sends none must not hold its place for ever. Rejects
 * with what `brokenOff` makes where it is silent for too long, and where its connection broke.
 */
export function withinSilence<T>(reading: Promise<T>, silence: SilenceWatch): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      watched.end()
      reject(brokenOff(cause))
    }
    const watched = silence.start(() => fail(new Error('The client sent nothing for too long')))
    reading.then((value) => {
      watched.end()
      resolve(value)
    }, fail)
  })
}

/** What a client is told whose body ended too early. */
export function brokenOff(cause?: unknown): GatewayError {
  return new GatewayError('invalid_request', 'The request body broke off before its end', { cause })
}
