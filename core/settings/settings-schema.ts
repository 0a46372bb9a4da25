import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import { SettingsSchema } from './settings.ts'

/** The plugins that ship, by name, each with the schema of its options; undefined for one without options. */
export type PluginOptions = Readonly<Record<string, TSchema | undefined>>

/** How the name of somebody else's plugin begins: a path, or `npm:` before the name of an installed package. */
export const PLUGIN_PATH = '^([./]|npm:)'

/** The schema of all settings, those of the shipped plugins included; plugins by path stay free. */
export function wholeSchema(plugins: PluginOptions): TObject {
  return Type.Object(
    { ...SettingsSchema.properties, plugins: pluginsSchema(plugins) },
    { additionalProperties: false },
  )
}

function pluginsSchema(plugins: PluginOptions): TObject {
  const { default: fallback, description } = SettingsSchema.properties.plugins
  return Type.Object(
    Object.fromEntries(Object.entries(plugins).map(([name, options]) => [name, pluginSchema(options)])),
    {
      default: fallback,
      description,
      additionalProperties: false,
      patternProperties: {
        [PLUGIN_PATH]: Type.Union([Type.Boolean(), Type.Record(Type.String(), Type.Unknown())]),
      },
    },
  )
}

function pluginSchema(options: TSchema | undefined): TSchema {
  const none = Type.Object({}, { additionalProperties: false })
  return Type.Optional(Type.Union([Type.Boolean(), options ?? none]))
}
