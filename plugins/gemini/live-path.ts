import { withoutCredentials } from '../../core/http/credential.ts'
import type { LiveTarget } from '../../core/plugin.ts'

/** Where the Live API is: https://ai.google.dev/api/live */
const LIVE =
  /^\/(?:gemini\/)?(ws\/google\.ai\.generativelanguage\.(?:v1|v1beta|v1alpha)\.GenerativeService\.(BidiGenerate(?:Content|Music))(?:(?<=Content)Constrained)?)\/?$/

/** The session that a WebSocket's address asks for; undefined where it asks for none. */
export function toLiveTarget({ pathname, search }: URL): LiveTarget | undefined {
  const [, path, method = ''] = LIVE.exec(pathname.replaceAll(/\/{2,}/g, '/')) ?? []
  if (path === undefined) return undefined
  const operation = method[0]!.toLowerCase() + method.slice(1)
  return { path: `/${path}`, query: withoutCredentials(search), operation }
}
