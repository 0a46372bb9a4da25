import type { PoolSnapshot } from '../pool/pool-snapshot.ts'
import { allOf, joinSnapshots } from '../service/open-services.ts'
import type { AdminDesk } from './admin-route.ts'

/** The keys of all services at this moment. */
export function snapshotOf({ services }: Pick<AdminDesk, 'services'>): PoolSnapshot {
  return joinSnapshots(allOf(services).map(({ pool }) => pool.snapshot()))
}
