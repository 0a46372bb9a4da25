import { GatewayError } from '../errors.ts'
import { SettingsError } from '../settings/settings-error.ts'
import { type AdminDesk, type AdminRoute, toJson } from './admin-route.ts'
import { toPluginItem } from './plugin-item.ts'

/** The plugins there are, what they cost and how they fare; and reading the settings again. */
export function pluginRoutes(
  desk: Pick<AdminDesk, 'plugins' | 'shippedPlugins' | 'reload' | 'redactor'>,
): readonly AdminRoute[] {
  const { plugins, shippedPlugins, reload, redactor } = desk

  const list = () => {
    const on = plugins.current().plugins
    const leftOut = plugins.leftOut()
    const missing = new Set([...on, ...leftOut].map(({ source }) => source))
    const off = shippedPlugins.filter(({ name }) => !missing.has(name))
    const items = [
      ...on.map(toPluginItem),
      ...leftOut.map(({ source, reason }) => ({ name: source, source, state: 'left_out', reason })),
      ...off.map(({ name, description }) => ({ name, source: name, description, state: 'off' })),
    ]
    return toJson({ items, total: items.length }, redactor)
  }

  const readAgain = async () => {
    try {
      return toJson(await reload(), redactor)
    } catch (thrown) {
      if (thrown instanceof SettingsError) throw new GatewayError('invalid_request', thrown.message)
      throw thrown
    }
  }

  return [
    { method: 'GET', path: '/admin/api/plugins', answer: list },
    { method: 'POST', path: '/admin/api/plugins/reload', answer: readAgain },
  ]
}
