import { Elysia } from 'elysia'
import { GatewayError, isGatewayError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { exchangeOf } from './exchange.ts'
import { renderError } from './render-error.ts'

/** Routes that can be asked. */
export type App = Elysia

/** An Elysia instance as this gateway uses it: hosts of any length, nothing of Elysia's own shown to clients. */
export function createApp(): App {
  return new Elysia({ handler: { standardHostname: false } })
}

/** An instance for one plugin's routes, whose failures are answered in the client's protocol and blamed on the plugin. */
export function createPluginApp(plugin: string, log: Log): App {
  const app = createApp()
  app.onError(({ error, code, request }) => {
    const exchange = exchangeOf(request)
    if (code === 'NOT_FOUND')
      return renderError(new GatewayError('not_found', `No route at ${exchange.url.pathname}`), exchange)
    if (isGatewayError(error)) {
      if (error.kind === 'internal') log.error({ err: error.cause ?? error, id: exchange.id }, error.message)
      return renderError(error, exchange)
    }
    if (code === 'VALIDATION' || code === 'PARSE') {
      return renderError(
        new GatewayError('invalid_request', 'The request is not what this route takes'),
        exchange,
      )
    }
    log.error({ err: error, id: exchange.id, plugin }, 'A plugin failed in a route')
    return renderError(
      new GatewayError('internal', `The plugin "${plugin}" failed in a route; the log has the cause`),
      exchange,
    )
  })
  return app
}
