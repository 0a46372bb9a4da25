import type { AdminDesk, AdminRoute } from './admin-route.ts'
import { importRoute } from './import-route.ts'
import { keyRoutes } from './key-routes.ts'
import { pluginRoutes } from './plugin-routes.ts'
import { proxyRoutes } from './proxy-routes.ts'
import { quotaRoutes } from './quota-routes.ts'
import { requestRoutes } from './request-routes.ts'
import { revealRoute } from './reveal-route.ts'
import { testRoutes } from './test-routes.ts'

/** Every route that only the admin token opens. */
export function adminRoutes(desk: AdminDesk): readonly AdminRoute[] {
  return [
    ...keyRoutes(desk),
    importRoute(desk),
    ...testRoutes(desk),
    revealRoute(desk),
    ...requestRoutes(desk),
    ...quotaRoutes(desk),
    ...proxyRoutes(desk),
    ...pluginRoutes(desk),
  ]
}
