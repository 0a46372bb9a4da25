import { settingsJsonSchema } from '../settings/settings-json-schema.ts'
import { type Command, EXIT } from './command.ts'
import { pluginOptionsOf } from './read-settings.ts'

/** Prints the JSON Schema of the config file. */
export const schema: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of the config file, for editors',
  arguments: '',
  options: {},
  async run(rooms) {
    const text = JSON.stringify(settingsJsonSchema(pluginOptionsOf(rooms)), undefined, 2)
    rooms.runtime.output.write(`${text}\n`)
    return EXIT.ok
  },
}
