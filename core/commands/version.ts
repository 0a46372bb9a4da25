import { BUILD, VERSION } from '../version.ts'
import { type Command, EXIT } from './command.ts'

/** Prints the version, what it was built from, and what it runs on. */
export const version: Command = {
  name: 'version',
  summary: 'print the version',
  arguments: '',
  options: {},
  async run({ runtime }) {
    runtime.output.write(`geminate ${VERSION} (${BUILD}, ${runtime.name} ${runtime.version})\n`)
    return EXIT.ok
  },
}
