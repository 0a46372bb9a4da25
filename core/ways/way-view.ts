import type { Breakers } from '../call/breaker.ts'
import type { Way, WayError, WayHealth } from './way.ts'

/** One way as people see it. No user, no password. */
export interface WayView {
  readonly name: string
  /** `socks5h://***@host:1080` */
  readonly url: string
  /** `out` while its breaker is open and calls go around it, else how it went last. */
  readonly state: WayHealth['verdict'] | 'out'
  /** Why it is out, as the kind of its last failure. */
  readonly reason: string | undefined
  readonly latencyMilliseconds: number | undefined
  readonly exitAddress: string | undefined
  readonly checkedAt: number | undefined
  readonly lastError: WayError | undefined
}

/** A way and what is known of it. */
export function toWayView(
  { name, masked, scope, health }: Way,
  breakers: Pick<Breakers, 'isClosed' | 'kindOf'>,
): WayView {
  const isOut = !breakers.isClosed(scope)
  const { verdict, lastKeyId: _, ...known } = health
  return {
    name,
    url: masked,
    state: isOut ? 'out' : verdict,
    reason: isOut ? breakers.kindOf(scope) : undefined,
    ...known,
  }
}
