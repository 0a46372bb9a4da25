import type { Clients } from '../http/clients.ts'
import type { BodyLimits } from '../http/request-body.ts'
import type { Keyring } from '../keyring/keyring.ts'
import type { Log } from '../log/log.ts'
import { redactedJson } from '../log/redacted-json.ts'
import type { Redactor } from '../log/redactor.ts'
import type { PluginDefinition } from '../plugin.ts'
import type { LivePlugins } from '../plugins/live-plugins.ts'
import type { Reloaded } from '../plugins/reload.ts'
import type { KeyRing } from '../pool/key-ring.ts'
import type { Services } from '../service/open-services.ts'
import type { RequestRecords } from '../store.ts'

/** One route of the admin's API. Whoever mounts it lets only the admin in, and renders what it throws. */
export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** As Elysia writes paths; its one parameter is `:id`. */
  readonly path: string
  answer(request: AdminRequest): Response | Promise<Response>
}

/** One request of the admin. */
export interface AdminRequest {
  readonly request: Request
  readonly url: URL
  /** The `x-request-id` of the answer. */
  readonly requestId: string
  /** The `:id` of the path, '' where it has none. */
  readonly id: string
}

/** What the admin's routes work on. */
export interface AdminDesk {
  readonly keyring: Keyring
  readonly ring: KeyRing
  /** Google's services, each with its keys, quotas and ways. */
  readonly services: Services
  readonly clients: Clients
  readonly plugins: Pick<LivePlugins, 'current' | 'leftOut'>
  readonly shippedPlugins: readonly PluginDefinition[]
  /** Reads the settings again and exchanges the plugins. */
  reload(): Promise<Reloaded>
  readonly redactor: Redactor
  readonly log: Log
  readonly requests: RequestRecords
  readonly limits: BodyLimits
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** A JSON answer that nobody keeps. Whatever is in it, no secret goes out with it. */
export function toJson(value: unknown, redactor: Redactor): Response {
  return new Response(redactedJson(value, redactor), { headers: JSON_HEADERS })
}

/** For JSON that no cache may keep. */
export const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' }
