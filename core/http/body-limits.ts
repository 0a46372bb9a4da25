import type { Settings } from '../settings/settings.ts'
import { BYTES_PER_MEGABYTE, createByteBudget } from './byte-budget.ts'
import type { BodyLimits } from './request-body.ts'
import { createSilenceWatch } from './silence-watch.ts'

/** Silence of a client amid a long body that ends it, in milliseconds. */
const BODY_SILENCE = 60_000

/** What the settings allow of request bodies; their budget is shared by all who are given this. */
export function toBodyLimits({ server }: Settings): BodyLimits {
  return {
    maxBytes: server.maxBodyMegabytes * BYTES_PER_MEGABYTE,
    budget: createByteBudget(server.maxBufferedMegabytes * BYTES_PER_MEGABYTE),
    silence: createSilenceWatch(BODY_SILENCE),
  }
}
