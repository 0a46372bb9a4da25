import type { Fault } from '../fault.ts'
import { ProxyError } from '../transport.ts'
import type { Way } from '../ways/way.ts'
import { ConnectionError, SilenceError } from './line.ts'

/** No answer came, or it broke off before it was one; undefined for what is no failure of the connection. */
export function toConnectionFault(thrown: unknown, answered: boolean, way: Way): Fault | undefined {
  if (thrown instanceof SilenceError) {
    return { kind: 'model_timeout', status: 0, reason: thrown.message, text: thrown.message }
  }
  if (!(thrown instanceof ConnectionError)) return undefined
  const text = thrown.message
  if (thrown.cause instanceof ProxyError) return { kind: 'proxy_failed', status: 0, reason: text, text }
  return answered
    ? throughWay({ kind: 'cut_off', status: 0, reason: 'Google broke the answer off', text }, way)
    : { kind: 'connection_failed', status: 0, reason: 'No connection to Google', text }
}

/** The fault as it is with this way: a connection that a proxy may have broken says nothing of the model. */
export function throughWay(fault: Fault, { isProxy, name }: Way): Fault {
  if (!isProxy || fault.kind !== 'cut_off' || fault.status !== 0) return fault
  const reason = `The connection through the proxy ${name} broke amid the answer`
  return { kind: 'connection_failed', status: 0, reason, text: `${reason}: ${fault.text}` }
}
